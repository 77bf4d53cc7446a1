using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>Which of a process's two outputs a chunk came from.</summary>
public enum OutputStream : byte
{
    Out = 1,
    Error = 2,
}

/// <summary>Why an attempt's processes ended.</summary>
public enum EndReason : byte
{
    /// <summary>By itself: the exit code or signal says how.</summary>
    Exited = 0,

    /// <summary>It was asked to end (cancelled, drained).</summary>
    Cancelled = 1,

    /// <summary>It ran longer than its wall time.</summary>
    WallTime = 2,

    /// <summary>Its process tree held more memory than its limit.</summary>
    Memory = 3,

    /// <summary>The kernel killed it: the memory of the host, or of the control group that the node runs in, had run out.</summary>
    OutOfMemory = 4,

    /// <summary>
    /// Its node's lease ran out (<see cref="IProcessLauncher.Lease"/>): by now the task may run elsewhere. Without exit code and signal when it was not
    /// even started for that reason.
    /// </summary>
    Fenced = 5,

    /// <summary>
    /// Its node had to leave and could not wait for it, or whoever rules its host told the keeper to end (SIGTERM): a batch system, a shutdown. Nobody who knows the task
    /// asked for that, so it runs again elsewhere.
    /// </summary>
    Evicted = 6,
}

/// <summary>Where the figure of the peak memory comes from.</summary>
public enum MemorySource : byte
{
    /// <summary>The kernel's resource usage of the largest single process: short-lived trees are seen only so.</summary>
    ResourceUsage = 0,

    /// <summary>The largest sum over the process tree seen by sampling <c>/proc</c>.</summary>
    Sampled = 1,

    /// <summary>The control group's own peak.</summary>
    ControlGroup = 2,
}

/// <summary>How an attempt ended and what it used, children included.</summary>
/// <param name="Reason">Why.</param>
/// <param name="ExitCode">Null when a signal ended it, or nothing was started.</param>
/// <param name="Signal">The signal's number, or null.</param>
/// <param name="StartedAt">When its process was spawned.</param>
/// <param name="EndedAt">When its last process was gone.</param>
/// <param name="CpuSeconds">User and system time of the process tree, as far as it was waited for.</param>
/// <param name="MaxRssBytes">Peak memory, see <paramref name="MemorySource"/>.</param>
/// <param name="MemorySource">Where <paramref name="MaxRssBytes"/> comes from.</param>
/// <param name="OutputBytes">How much it wrote to both streams, kept or not.</param>
public sealed record AttemptExit(
    EndReason Reason,
    int? ExitCode,
    int? Signal,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    double CpuSeconds,
    long MaxRssBytes,
    MemorySource MemorySource,
    long OutputBytes);

/// <summary>Something a process launcher reports.</summary>
public abstract record LauncherEvent
{
    private LauncherEvent()
    {
    }

    /// <summary>An event that the launcher keeps, in order, until it is acknowledged; numbers rise by 1 within an incarnation.</summary>
    public abstract record Numbered(long SequenceNr, AttemptId Attempt) : LauncherEvent;

    /// <summary>
    /// The launcher can be reached (again). What it holds is listed once; unacknowledged events follow, resent from the first.
    /// </summary>
    /// <param name="Incarnation">Changes when the launcher itself was started anew: whatever an older one ran has been ended.</param>
    /// <param name="Attempts">Attempts that run, or whose end is not acknowledged yet.</param>
    public sealed record Connected(Guid Incarnation, ImmutableArray<AttemptId> Attempts) : LauncherEvent;

    /// <summary>The launcher went away. A new incarnation is being started; <see cref="Connected"/> follows.</summary>
    public sealed record Disconnected(string Reason) : LauncherEvent;

    /// <summary>The attempt's process runs.</summary>
    public sealed record Started(long SequenceNr, AttemptId Attempt, int Pid, DateTimeOffset At) : Numbered(SequenceNr, Attempt);

    /// <summary>
    /// Output of the attempt: one or more whole lines, or a part of a line that grew too long or stayed unfinished.
    /// </summary>
    public sealed record Output(long SequenceNr, AttemptId Attempt, OutputStream Stream, DateTimeOffset At, ReadOnlyMemory<byte> Bytes) : Numbered(SequenceNr, Attempt);

    /// <summary>The attempt could not be started: the program is missing, not executable, the directory is gone.</summary>
    public sealed record LaunchFailed(long SequenceNr, AttemptId Attempt, string Reason, DateTimeOffset At) : Numbered(SequenceNr, Attempt);

    /// <summary>The attempt and every process it started are gone; all its output came before this event.</summary>
    public sealed record Exited(long SequenceNr, AttemptId Attempt, AttemptExit Exit) : Numbered(SequenceNr, Attempt);
}
