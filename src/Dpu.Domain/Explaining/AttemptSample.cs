using System.Collections.Immutable;

namespace Dpu.Domain.Explaining;

/// <summary>When one attempt ran, and where.</summary>
/// <param name="Task">Its task.</param>
/// <param name="Number">From 1.</param>
/// <param name="Step">Index of the task's step.</param>
/// <param name="Node">The node that it was given to.</param>
/// <param name="Bad">Whether it failed or was lost.</param>
/// <param name="StartedAt">When its process was spawned, or when it was given to the node as long as that is not known.</param>
/// <param name="EndedAt">When it ended; null while it runs.</param>
public readonly record struct TimedAttempt(int Task, int Number, int Step, string Node, bool Bad, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>Attempts of a job, all of them or those of some tasks.</summary>
/// <param name="Attempts">By task and number.</param>
/// <param name="Stride">1 for all; n for those of every n-th task.</param>
public sealed record AttemptSample(ImmutableArray<TimedAttempt> Attempts, int Stride);
