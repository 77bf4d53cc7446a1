using Dpu.Domain.Execution;
using Dpu.Keeper.Native;
using Dpu.Keeper.Output;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper.Attempts;

/// <summary>The process of an attempt, its outputs, what it was told and what it used.</summary>
internal sealed class AttemptProcess(SpawnedProcess spawned, DateTimeOffset startedAt, long startedMilliseconds, LogCap cap, Epoll epoll)
{
    private readonly HashSet<int> _told = [];
    private int _pidfd = spawned.Pidfd;
    private int _toldSignal;
    private long _peakBytes;

    public int Pid => spawned.Pid;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>When it was started on the keeper's own clock.</summary>
    public long StartedMilliseconds => startedMilliseconds;

    public OutputPump Output { get; } = new(spawned.Output, OutputStream.Out, cap, epoll);

    public OutputPump Error { get; } = new(spawned.Error, OutputStream.Error, cap, epoll);

    public LogCap Cap => cap;

    /// <summary>Its first process has ended. That one is not waited for before the others are gone: until then its number, and with it
    /// its process group, cannot become anybody else's.</summary>
    public bool LeaderEnded => _pidfd < 0;

    /// <summary>Processes that are waited for after the leader's end, with the descriptors that tell of theirs.</summary>
    public Dictionary<int, int> Remaining { get; } = [];

    /// <summary>Ended processes that are still listed, since their parent is a stranger who has not waited for them.</summary>
    public HashSet<int> Dead { get; } = [];

    public double OthersCpuSeconds { get; private set; }

    public long WallDeadline { get; set; } = long.MaxValue;

    /// <summary>When SIGTERM has had its time.</summary>
    public long KillDeadline { get; set; } = long.MaxValue;

    /// <summary>When to look again whether a process that was killed has left others.</summary>
    public long RecheckDeadline { get; set; } = long.MaxValue;

    public long NextDeadline =>
        Math.Min(Math.Min(Output.Deadline, Error.Deadline), Math.Min(WallDeadline, Math.Min(KillDeadline, RecheckDeadline)));

    /// <summary>The signal that its processes get when they are met: none, SIGTERM, then SIGKILL.</summary>
    public int Signal
    {
        get => _toldSignal;
        set
        {
            _toldSignal = value;
            _told.Clear();
        }
    }

    /// <summary>Whether this process is still to be told the present signal. SIGKILL is repeated; a handler of SIGTERM runs once.</summary>
    public bool MustTell(int pid) => _told.Add(pid) || Signal == Signals.Kill;

    /// <summary>Reaps a process that came to us when its parent died, and tells whether it is gone.</summary>
    public bool HasGone(int pid)
    {
        switch (ChildProcess.TryReap(pid, out _, out var usage))
        {
            case Reaping.Reaped:
                OthersCpuSeconds += usage.CpuSeconds;
                return true;
            case Reaping.Alive:
                return false;
            default:
                if (ProcFiles.State(pid) is { IsDead: false })
                {
                    return false;
                }

                Dead.Add(pid);
                return true;
        }
    }

    public void Sample(long residentBytes) => _peakBytes = Math.Max(_peakBytes, residentBytes);

    /// <summary>
    /// The peak, and where it is from. The kernel counts the pages that a child shares with us before it runs its program, so
    /// its own figure says something only where it is above our size.
    /// </summary>
    public (long Bytes, MemorySource Source) Peak(long kernelBytes, long ownPeakBytes) =>
        _peakBytes > 0 && (kernelBytes <= ownPeakBytes || kernelBytes <= _peakBytes)
            ? (_peakBytes, MemorySource.Sampled)
            : (kernelBytes, MemorySource.ResourceUsage);

    public void LeaderHasEnded()
    {
        epoll.Close(_pidfd);
        _pidfd = -1;
    }

    public void CloseAll()
    {
        LeaderHasEnded();
        foreach (var pidfd in Remaining.Values)
        {
            epoll.Close(pidfd);
        }

        Remaining.Clear();
    }
}
