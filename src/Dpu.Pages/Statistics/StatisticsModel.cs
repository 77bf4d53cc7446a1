using Dpu.Client.Contracts;

namespace Dpu.Pages.Statistics;

/// <summary>What was done in a time.</summary>
/// <param name="Report">The sums; null when the time was not understood.</param>
/// <param name="Span">One of <see cref="Spans"/>, or null for a time of one's own.</param>
/// <param name="From">The begin as it was typed.</param>
/// <param name="To">The end as it was typed.</param>
/// <param name="Flaw">Why there is no report.</param>
public sealed record StatisticsModel(StatisticsReport? Report, string? Span, string? From, string? To, string? Flaw)
{
    /// <summary>Times that one often asks for: the word in the address, the word for people, and how long it is.</summary>
    internal static IReadOnlyList<(string Word, string Text, TimeSpan Length)> Spans { get; } =
    [
        ("day", "24 hours", TimeSpan.FromDays(1)), ("week", "7 days", TimeSpan.FromDays(7)), ("month", "30 days", TimeSpan.FromDays(30)), ("year", "a year", TimeSpan.FromDays(365)),
    ];
}
