namespace Dpu.Client.Contracts;

/// <summary>Why a job waits, failed, was tried again or is slow.</summary>
public sealed record JobExplanation(int JobId, string Status, IReadOnlyList<ExplainedReason> Reasons);

/// <summary>One reason.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">One sentence with the numbers that bind.</param>
/// <param name="Tasks">How many tasks it concerns.</param>
/// <param name="Suggestion">The smallest change that would mend it; null when there is nothing to do but wait.</param>
public sealed record ExplainedReason(string Code, string Message, int Tasks, string? Suggestion);
