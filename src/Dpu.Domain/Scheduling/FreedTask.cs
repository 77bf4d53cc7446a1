using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Why a task holds nothing any more.</summary>
public enum FreedBy
{
    /// <summary>Its job did not want it started: nothing ran.</summary>
    Refusal,

    /// <summary>Its node, or the node's launcher, is gone.</summary>
    Loss,

    /// <summary>Its attempt ended.</summary>
    End,
}

/// <summary>A task that holds nothing any more.</summary>
/// <param name="Task">Its number in the job.</param>
/// <param name="By">Why.</param>
/// <param name="Cause">The cause of its failure; null when it ended normally, or has not ended.</param>
/// <param name="Seconds">How long its process ran; null when none did.</param>
public readonly record struct FreedTask(int Task, FreedBy By, FailureCause? Cause, double? Seconds)
{
    /// <summary>Whether its attempt ended normally.</summary>
    public bool Normal => By == FreedBy.End && Cause is null;

    public static FreedTask Refused(int task) => new(task, FreedBy.Refusal, null, null);

    public static FreedTask Lost(int task) => new(task, FreedBy.Loss, null, null);

    public static FreedTask Ended(int task, FailureCause? cause, double? seconds) => new(task, FreedBy.End, cause, seconds);
}
