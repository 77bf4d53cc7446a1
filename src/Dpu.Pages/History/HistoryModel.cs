using Dpu.Client.Contracts;

namespace Dpu.Pages.History;

/// <summary>The queue as it was.</summary>
/// <param name="Queue">The queue; null when the moment was not understood.</param>
/// <param name="Typed">The moment as it was typed.</param>
/// <param name="User">Whose jobs; null for everybody's.</param>
/// <param name="Unfinished">Whether only those are shown that had not ended.</param>
/// <param name="Before">It begins behind this job; null for the newest.</param>
/// <param name="Older">Where the next page is; null at the end.</param>
/// <param name="Flaw">Why there is no queue.</param>
/// <param name="Now">The moment at which one looks.</param>
public sealed record HistoryModel(PastQueue? Queue, string? Typed, string? User, bool Unfinished, string? Before, string? Older, string? Flaw, DateTimeOffset Now);
