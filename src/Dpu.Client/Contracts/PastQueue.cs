namespace Dpu.Client.Contracts;

/// <summary>The queue as it was at a moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Jobs">Jobs as they stood then, the newest first. Whose they are, and who sees them, is as it is now.</param>
/// <param name="Submitted">How many jobs there had been until then.</param>
/// <param name="Unfinished">How many of them had not ended then for good: those that were tried again later are among them.</param>
/// <param name="Earlier">When a job was submitted or ended for the last time before; null when nothing had happened.</param>
/// <param name="Later">When a job was submitted or ended for the first time after; null when nothing has happened since.</param>
/// <param name="First">When the first job of all was submitted; null before that.</param>
public sealed record PastQueue(
    DateTimeOffset At, IReadOnlyList<JobSummary> Jobs, long Submitted, long Unfinished, DateTimeOffset? Earlier, DateTimeOffset? Later, DateTimeOffset? First);
