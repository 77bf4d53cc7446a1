using System.Collections.Immutable;

namespace Dpu.Journal.Views;

/// <summary>What tasks have used so far, of all users.</summary>
public static class MemoryHistory
{
    /// <summary>The most memory in bytes that a task of each recipe (or program, for <c>exec</c>) ever used.</summary>
    public static async Task<ImmutableDictionary<string, long>> ReadAsync(IViews views, CancellationToken cancellationToken)
    {
        var statistics = await views.GetStatisticsAsync(DateOnly.MinValue, cancellationToken);
        return statistics.Done
            .GroupBy(row => row.Step, StringComparer.Ordinal)
            .ToImmutableDictionary(step => step.Key, step => step.Max(row => row.MaxRssBytes), StringComparer.Ordinal);
    }
}
