namespace Dpu.Domain.Jobs;

/// <summary>Where a task stands.</summary>
/// <remarks>
/// <code>
/// Blocked ──► Ready ──► Running ──► Normal
///                       Running ──► Error
///                       Running ──► Ready      tried again
///                       Running ──► Unknown    its node was lost
///                       Unknown ──► Running
///                       Running ──► Held       ended normally, and waits for a person's word
///                       Held ─────► Normal
/// Blocked, Ready, Running, Unknown, Held ──► Aborted
/// Normal, Error, Aborted ──► Blocked, Ready    the whole job has ended, and this task of it is opened again
/// </code>
/// Running ends as Aborted only when its job was cancelled. A job's end is the end of its last task.
/// </remarks>
public enum TaskState : byte
{
    /// <summary>Waits for tasks of the step before.</summary>
    Blocked = 0,

    /// <summary>Could run now.</summary>
    Ready = 1,

    /// <summary>An attempt was given to a node.</summary>
    Running = 2,

    /// <summary>The node of its last attempt was lost and the outcome is not known; it may be started again.</summary>
    Unknown = 3,

    /// <summary>Ended normally.</summary>
    Normal = 4,

    /// <summary>Ended with an error.</summary>
    Error = 5,

    /// <summary>Cancelled, or never run because something it needs failed.</summary>
    Aborted = 6,

    /// <summary>Its attempt ended normally; its result waits for a person's word. Not ended yet.</summary>
    Held = 7,
}

/// <summary>What a job remembers of each task: four bytes.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Losses">How many of its attempts were lost with their node, since it was submitted or opened again.</param>
/// <param name="Attempts">How many attempts were numbered so far; the last one is the current one.</param>
public readonly record struct TaskCell(TaskState State, byte Losses, ushort Attempts)
{
    public bool Startable => State is TaskState.Ready or TaskState.Unknown;

    public bool Ended => State is TaskState.Normal or TaskState.Error or TaskState.Aborted;
}

/// <summary>The edges of the drawing at <see cref="TaskState"/>.</summary>
internal static class TaskEdges
{
    public static bool Lead(TaskState from, TaskState to) => (from, to) switch
    {
        (TaskState.Blocked, TaskState.Ready or TaskState.Aborted) => true,
        (TaskState.Ready, TaskState.Running or TaskState.Aborted) => true,
        (TaskState.Running, TaskState.Normal or TaskState.Error or TaskState.Ready or TaskState.Unknown or TaskState.Held or TaskState.Aborted) => true,
        (TaskState.Unknown, TaskState.Running or TaskState.Aborted) => true,
        (TaskState.Held, TaskState.Normal or TaskState.Aborted) => true,
        (TaskState.Normal or TaskState.Error or TaskState.Aborted, TaskState.Blocked or TaskState.Ready) => true,
        _ => false,
    };
}
