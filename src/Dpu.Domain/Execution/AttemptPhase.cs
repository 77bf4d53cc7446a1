using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>What an attempt does on its node, from the moment it was given there until its end is told.</summary>
public enum AttemptStage
{
    /// <summary>It was given ahead, and waits for room.</summary>
    Waiting,

    /// <summary>Its files are put in place.</summary>
    StagingIn,

    /// <summary>Its process runs, or is being started.</summary>
    Running,

    /// <summary>Its process has ended: what it printed is looked through, what it made is saved.</summary>
    Saving,
}

/// <summary>Where an attempt stands at this moment, as its node sees it. Said, never recorded: how long files took is recorded when the attempt has ended.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Stage">What it does.</param>
/// <param name="Since">Since when, by the node's clock; null when the node does not know, as of what an earlier life of its service started.</param>
/// <param name="Files">How far its files are; null when nothing is being moved.</param>
public sealed record AttemptPhase(AttemptId Attempt, AttemptStage Stage, DateTimeOffset? Since, FilesMoved? Files);

/// <summary>How far files are that are on their way to or from a work directory.</summary>
/// <param name="Done">How many are in their place.</param>
/// <param name="Total">How many there are.</param>
/// <param name="BytesDone">How much of them is there.</param>
/// <param name="BytesTotal">How much they are together; null when nobody has asked.</param>
public sealed record FilesMoved(int Done, int Total, long BytesDone, long? BytesTotal);

/// <summary>A phase as a frontend knows it.</summary>
/// <param name="Phase">What the node said last.</param>
/// <param name="CutOffSince">When the node was heard for the last time; null while it is linked, and the phase is of this moment.</param>
public sealed record KnownPhase(AttemptPhase Phase, DateTimeOffset? CutOffSince);
