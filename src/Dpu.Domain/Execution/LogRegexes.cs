using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Dpu.Domain.Execution;

/// <summary>
/// Regular expressions of patterns, ready to be used by any thread. To make one takes a hundred times longer than to look at a line with it, and tasks by the
/// thousand have the same few.
/// </summary>
internal static class LogRegexes
{
    private const int KeptMax = 256;

    /// <summary>No line can make one of these take longer than its length allows.</summary>
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly ConcurrentDictionary<string, Regex> Kept = new(StringComparer.Ordinal);

    public static Regex Of(string pattern)
    {
        if (Kept.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Kept.Count >= KeptMax)
        {
            // So many patterns mean that recipes come and go: those in use are soon there again.
            Kept.Clear();
        }

        return Kept.GetOrAdd(pattern, static text => new Regex(text, Options));
    }
}
