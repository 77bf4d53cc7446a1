using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>What a retry would do, shown before one asks for it.</summary>
/// <param name="Head">The job.</param>
/// <param name="May">What whoever looks may do.</param>
/// <param name="Memory">Other memory, as it was typed; null for the same.</param>
/// <param name="Set">Other options, a line each, as they were typed; null for the same.</param>
/// <param name="Plan">What would run again; null when that was refused.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Key">The name of this request: sent twice it is done once.</param>
public sealed record RetryModel(JobHead Head, JobRights May, string? Memory, string? Set, RetryPlan? Plan, string? Refusal, string Key);

/// <summary>What a rerun would be, shown before one asks for it.</summary>
/// <param name="Head">The job.</param>
/// <param name="Projects">Those of whoever looks.</param>
/// <param name="Project">The chosen one; null for the usual.</param>
/// <param name="Privileges">Who is to see it; null for the usual.</param>
/// <param name="Plan">What would run; null when that was refused.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Key">The name of this request: sent twice it is done once.</param>
public sealed record RerunModel(JobHead Head, IReadOnlyList<string> Projects, string? Project, string? Privileges, PlanPreview? Plan, string? Refusal, string Key);
