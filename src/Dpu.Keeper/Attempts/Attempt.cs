using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Attempts;

/// <summary>
/// An attempt from the moment it was asked for. It is <em>waiting</em> until its process was spawned, then it has a
/// <see cref="Process"/> until that and all it started are gone, and then it has ended and is known until its last event was
/// acknowledged.
/// </summary>
internal sealed class Attempt(AttemptId id, AttemptLimits limits, uint serial)
{
    public AttemptId Id => id;

    public AttemptLimits Limits => limits;

    /// <summary>Its number within this keeper, carried by its processes' tag; never 0.</summary>
    public uint Serial => serial;

    /// <summary>Why it is being ended; the first reason counts.</summary>
    public EndReason? EndAsked { get; set; }

    public AttemptProcess? Process { get; set; }

    public bool HasEnded { get; set; }
}
