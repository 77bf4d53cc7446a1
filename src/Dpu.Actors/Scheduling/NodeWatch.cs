namespace Dpu.Actors.Scheduling;

/// <summary>How long nodes are waited for that are away.</summary>
/// <param name="LocalNode">The node that lives in this very service and keeps its tasks over a restart; null without one. It is never given up.</param>
/// <param name="NodeTimeout">How long any other one may be silent before its tasks run elsewhere.</param>
public sealed record NodeWatch(string? LocalNode, TimeSpan NodeTimeout);
