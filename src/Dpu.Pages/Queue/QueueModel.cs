using Dpu.Client.Contracts;

namespace Dpu.Pages.Queue;

/// <summary>The queue, as it was asked for.</summary>
/// <param name="Jobs">The newest first.</param>
/// <param name="User">Whose; null for everybody's.</param>
/// <param name="Status">Of which status; null for any.</param>
/// <param name="Before">It begins behind this job; null for the newest.</param>
/// <param name="Older">Where the next page is; null at the end.</param>
/// <param name="Totals">Figures of the whole queue; null when they could not be had.</param>
/// <param name="Now">The moment.</param>
public sealed record QueueModel(
    IReadOnlyList<JobSummary> Jobs, string? User, string? Status, string? Before, string? Older, DpuStats? Totals, DateTimeOffset Now);
