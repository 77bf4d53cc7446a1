using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>What one task holds while it runs.</summary>
/// <param name="Cpus">Whole cpus, at least 1.</param>
/// <param name="MemoryBytes">Bytes; 0 when nothing is known or asked.</param>
public readonly record struct Resources(int Cpus, long MemoryBytes);

/// <summary>What a user submitted, as it was accepted at the door.</summary>
/// <param name="Sequence">The recipes chained with <c>&gt;</c>, or <c>exec</c>.</param>
/// <param name="User">Whose job it is.</param>
/// <param name="Priority">Higher runs first; 0 is usual.</param>
/// <param name="Tags">Words of the user's own.</param>
/// <param name="Commit">Whether later jobs may find its outputs as their inputs.</param>
/// <param name="EstimatedSeconds">Expected process time of the whole job.</param>
/// <param name="IdempotencyKey">The client's own name for this submission: the same key is the same job.</param>
/// <param name="Fingerprint">A hash of what was asked, to tell a repeated submission from a reused key.</param>
public sealed record JobSpec(
    string Sequence,
    string User,
    int Priority,
    ImmutableArray<string> Tags,
    bool Commit,
    double EstimatedSeconds,
    string IdempotencyKey,
    string Fingerprint);
