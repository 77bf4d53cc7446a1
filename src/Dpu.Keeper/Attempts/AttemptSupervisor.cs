using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Events;
using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Output;
using Dpu.Keeper.Processes;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper.Attempts;

/// <summary>Runs attempts from the request to the last event. Everything here happens on the keeper's one loop.</summary>
internal sealed class AttemptSupervisor
{
    /// <summary>How often the memory of what runs is looked at, and dead grandchildren are reaped.</summary>
    private const long SampleMilliseconds = 250;

    /// <summary>In so short a life the kernel's process numbers cannot have gone round.</summary>
    private const long YoungMilliseconds = 250;

    private const long RecheckMilliseconds = 100;

    /// <summary>A shell whose command was ended by a signal exits with this and the signal's number.</summary>
    private const int ShellBase = 128;

    private readonly SpawnThreads _spawner;
    private readonly EventWriter _events;
    private readonly KeeperClock _clock;
    private readonly Epoll _epoll;
    private readonly Fence _fence;
    private readonly Action<string> _say;
    private readonly Census _census;
    private readonly Terminator _terminator;
    private readonly Strays _strays;
    private readonly OomWatch _oom = new(ProcFiles.OomKills);
    private readonly AttemptTable _table;
    private readonly DoubtfulExits _doubtful;
    private readonly List<Attempt> _toCheck = [];
    private readonly List<Attempt> _scratch = [];
    private readonly List<int> _members = [];
    private readonly byte[] _readBuffer = GC.AllocateUninitializedArray<byte>(32 << 10);
    private bool _looked;
    private long _nextSample = long.MaxValue;
    private long _nextDeadline = long.MaxValue;
    private long _ownPeakBytes;
    private long _ownPeakAt = long.MinValue / 2;

    public AttemptSupervisor(
        SpawnThreads spawner, EventWriter events, KeeperClock clock, Fence fence, Epoll epoll, ProcessList processes, ProcessTag tag, string environmentMarker, Action<string> log)
    {
        (_spawner, _events, _clock, _fence, _epoll, _say) = (spawner, events, clock, fence, epoll, log);
        _table = new AttemptTable(environmentMarker);
        _census = new Census(processes, tag, _table);
        _terminator = new Terminator(_census, log);
        _strays = new Strays(log);
        _doubtful = new DoubtfulExits(events);
    }

    public AttemptTable Table => _table;

    public long NextDeadline => Math.Min(Math.Min(_nextDeadline, _nextSample), _doubtful.Deadline);

    public void Start(LaunchRequest request)
    {
        if (_table.TryAdd(request) is { } attempt)
        {
            _spawner.Enqueue(attempt.Serial, request);
        }
    }

    public void End(AttemptId id, EndReason reason)
    {
        if (_table.Find(id) is { } attempt)
        {
            AskEnd(attempt, reason);
        }
    }

    public void EndAll(EndReason reason)
    {
        if (reason == EndReason.Evicted)
        {
            _doubtful.Evicted();
        }

        var asked = _table.Known.Where(attempt => TryAsk(attempt, reason)).ToList();
        if (asked.Count > 0)
        {
            _census.TakeAll(_clock.Milliseconds);
            asked.ForEach(Terminate);
        }
    }

    /// <summary>Ends everything when the lease has run out. This comes before anything that is heard or done after a wait, however long that was.</summary>
    public void CheckFence()
    {
        if (_fence.FallsNow())
        {
            _say($"the lease has run out: no frontend was reached for too long; ending {_table.ActiveCount} recipes");
            EndAll(EndReason.Fenced);
        }
    }

    /// <summary>Takes a lease; false when there is a later one. One that ran out unnoticed ends what ran under it first.</summary>
    public bool TryExtendLease(TimeSpan until)
    {
        CheckFence();
        var wasDown = _fence.IsDown;
        var extended = _fence.TryExtend(until);
        CheckFence();
        if (wasDown && !_fence.IsDown)
        {
            _say("a new lease has come");
        }

        return extended;
    }

    /// <summary>Takes over what was spawned. This comes before anything that is heard of those processes.</summary>
    public bool TakeSpawned()
    {
        var any = false;
        while (_spawner.TryTake(out var outcome))
        {
            any = true;
            var attempt = _table.TakeWaiting(outcome.Serial);
            if (outcome.Process is { } process)
            {
                Begin(attempt, process, outcome.At);
            }
            else if (outcome.Failure is { } failure)
            {
                attempt.HasEnded = true;
                _events.LaunchFailed(attempt.Id, failure, outcome.At);
            }
            else
            {
                attempt.HasEnded = true;
                _events.Exited(attempt.Id, NeverRan(attempt.EndAsked ?? EndReason.Fenced, outcome.At));
            }
        }

        return any;
    }

    public void ReadOutput(uint serial, OutputStream stream)
    {
        if (_table.Running(serial) is { Process: { } process })
        {
            var pump = stream == OutputStream.Out ? process.Output : process.Error;
            pump.Read(_readBuffer, _clock.Milliseconds, _clock.Now);
            Note(pump.Deadline);
        }
    }

    public void LeaderEnded(uint serial)
    {
        if (_table.Running(serial) is { Process: { LeaderEnded: false } process } attempt)
        {
            process.LeaderHasEnded();
            _toCheck.Add(attempt);
        }
    }

    public void RemainingEnded(uint serial, int pid)
    {
        if (_table.Running(serial) is { } attempt && attempt.Process!.Remaining.Remove(pid, out var pidfd))
        {
            _epoll.Close(pidfd);
            _toCheck.Add(attempt);
        }
    }

    /// <summary>
    /// Ends the attempts whose first process has ended and that have no other. All that wait for this share one look at the list of
    /// processes; a short-lived one that started nothing needs none.
    /// </summary>
    public void CheckEnds()
    {
        if (_toCheck.Count == 0)
        {
            return;
        }

        var now = _clock.Milliseconds;
        _scratch.Clear();
        foreach (var attempt in _toCheck)
        {
            if (!attempt.HasEnded && !TrySettleYoung(attempt, now) && !_scratch.Contains(attempt))
            {
                _scratch.Add(attempt);
            }
        }

        _toCheck.Clear();
        while (_scratch.Count > 0)
        {
            _census.TakeAll(now);
            _scratch.RemoveAll(attempt => TrySettle(attempt, _census.MembersOf(attempt.Serial), now));
        }
    }

    /// <summary>Does what time asks for.</summary>
    public void RunDue()
    {
        var now = _clock.Milliseconds;
        _doubtful.TellDue(now);
        if (now >= _nextDeadline)
        {
            _looked = false;
            _scratch.Clear();
            _scratch.AddRange(_table.AllRunning);
            _nextDeadline = long.MaxValue;
            foreach (var attempt in _scratch)
            {
                RunDue(attempt, attempt.Process!, now);
                Note(attempt.HasEnded ? long.MaxValue : attempt.Process!.NextDeadline);
            }
        }

        if (now >= _nextSample)
        {
            Sample(now);
        }

        CheckEnds();
    }

    private void Begin(Attempt attempt, SpawnedProcess spawned, DateTimeOffset at)
    {
        var now = _clock.Milliseconds;
        var cap = new LogCap(
            attempt.Limits.LogHeadBytes,
            attempt.Limits.LogTailBytes,
            (stream, time, bytes) => _events.Output(attempt.Id, stream, time, bytes));
        var process = new AttemptProcess(spawned, at, now, cap, _epoll);
        _table.Begin(attempt, process);
        _events.Started(attempt.Id, spawned.Pid, at);
        if (attempt.Limits.WallTime is { } wall)
        {
            process.WallDeadline = Later(now, wall);
            Note(process.WallDeadline);
        }

        if (_nextSample == long.MaxValue)
        {
            _oom.Look();
            _nextSample = now + SampleMilliseconds;
        }

        if (attempt.EndAsked is not null)
        {
            _census.TakeAll(now);
            Terminate(attempt);
        }
    }

    private void AskEnd(Attempt attempt, EndReason reason)
    {
        if (TryAsk(attempt, reason) && attempt.Process is not null)
        {
            _census.TakeAll(_clock.Milliseconds);
            Terminate(attempt);
        }
    }

    /// <summary>Remembers why it is to end; false when it has a reason already, or its first process has ended.</summary>
    private static bool TryAsk(Attempt attempt, EndReason reason)
    {
        if (attempt.HasEnded || attempt.EndAsked is not null || attempt.Process is { LeaderEnded: true })
        {
            return false;
        }

        attempt.EndAsked = reason;
        return true;
    }

    /// <summary>Tells the processes that the census has just found; one that is being spawned is told when it is there.</summary>
    private void Terminate(Attempt attempt)
    {
        if (attempt.Process is { } process)
        {
            // The grace begins now: a census takes its time on a busy host.
            BeginSignal(attempt, process, Signals.Terminate, _census.MembersOf(attempt.Serial), _clock.Milliseconds);
        }
    }

    private TimeSpan GraceOf(Attempt attempt) =>
        attempt.EndAsked == EndReason.Fenced ? _fence.Left(attempt.Limits.KillGrace) : attempt.Limits.KillGrace;

    private static AttemptExit NeverRan(EndReason reason, DateTimeOffset at) =>
        new(reason, ExitCode: null, Signal: null, at, at, CpuSeconds: 0, MaxRssBytes: 0, MemorySource.ResourceUsage, OutputBytes: 0);

    private void BeginSignal(Attempt attempt, AttemptProcess process, int signal, IReadOnlyList<int> members, long now)
    {
        process.Signal = signal;
        process.WallDeadline = long.MaxValue;
        process.KillDeadline = signal == Signals.Terminate ? Later(now, GraceOf(attempt)) : long.MaxValue;
        process.RecheckDeadline = now + RecheckMilliseconds;
        Note(process.NextDeadline);
        _terminator.Tell(process, attempt.Serial, members);
    }

    private void RunDue(Attempt attempt, AttemptProcess process, long now)
    {
        if (now >= process.Output.Deadline)
        {
            process.Output.ReleaseUnfinished(now, _clock.Now);
        }

        if (now >= process.Error.Deadline)
        {
            process.Error.ReleaseUnfinished(now, _clock.Now);
        }

        if (now >= process.WallDeadline)
        {
            process.WallDeadline = long.MaxValue;
            AskEnd(attempt, EndReason.WallTime);
        }
        else if (now >= process.KillDeadline)
        {
            _census.TakeAll(now);
            BeginSignal(attempt, process, Signals.Kill, _census.MembersOf(attempt.Serial), now);
        }
        else if (now >= process.RecheckDeadline)
        {
            process.RecheckDeadline = now + RecheckMilliseconds;
            Recheck(attempt, process, now);
        }
    }

    /// <summary>Processes that were born after their siblings were signalled are told too.</summary>
    private void Recheck(Attempt attempt, AttemptProcess process, long now)
    {
        if (process.LeaderEnded)
        {
            _toCheck.Add(attempt);
            return;
        }

        if (!_looked)
        {
            _census.TakeAll(now);
            _looked = true;
        }

        _terminator.Tell(process, attempt.Serial, _census.MembersOf(attempt.Serial));
    }

    private bool TrySettleYoung(Attempt attempt, long now)
    {
        var process = attempt.Process!;
        return now - process.StartedMilliseconds < YoungMilliseconds
            && process.Signal == 0
            && _census.TrySince(process.Pid, attempt.Serial, _members)
            && TrySettle(attempt, _members, now);
    }

    /// <summary>
    /// The first process has ended: ends the attempt when the census found nobody else, else sees to it that nobody will be. False when
    /// all that it found have ended since: one of them may have left another, so the census must be taken again.
    /// </summary>
    private bool TrySettle(Attempt attempt, IReadOnlyList<int> members, long now)
    {
        var process = attempt.Process!;
        var others = members.Where(pid => pid != process.Pid && !process.Dead.Contains(pid)).ToList();
        if (others.Count == 0)
        {
            Finish(attempt, process, now);
            return true;
        }

        others.RemoveAll(pid => process.HasGone(pid));
        if (others.Count == 0)
        {
            return false;
        }

        if (process.Signal == 0)
        {
            BeginSignal(attempt, process, Signals.Terminate, others, now);
        }
        else
        {
            _terminator.Tell(process, attempt.Serial, others);
        }

        WaitFor(attempt, process, others);
        return true;
    }

    private void WaitFor(Attempt attempt, AttemptProcess process, List<int> others)
    {
        foreach (var pid in others.Where(pid => !process.Remaining.ContainsKey(pid)))
        {
            var pidfd = Pidfd.Open(pid);
            if (pidfd >= 0)
            {
                process.Remaining.Add(pid, pidfd);
                _epoll.Register(pidfd, Epoll.In, new WatchNumber(WatchKind.Remaining, attempt.Serial, pid).Packed);
            }
        }
    }

    private void Finish(Attempt attempt, AttemptProcess process, long now)
    {
        var at = _clock.Now;
        process.Output.Finish(_readBuffer, at);
        process.Error.Finish(_readBuffer, at);
        process.Cap.Finish(at);
        if (ChildProcess.TryReap(process.Pid, out var status, out var usage) != Reaping.Reaped)
        {
            throw new InvalidOperationException($"Process {process.Pid} of attempt {attempt.Id} has ended but cannot be waited for.");
        }

        var (peakBytes, source) = process.Peak(usage.MaxRssKibibytes * 1024, OwnPeakBytes(now));
        var exit = new AttemptExit(
            attempt.EndAsked ?? ReasonOf(process, status),
            status.Code,
            status.Signal,
            process.StartedAt,
            at,
            usage.CpuSeconds + process.OthersCpuSeconds,
            peakBytes,
            source,
            process.Cap.Bytes);
        if (attempt.EndAsked is null && (status.Signal == Signals.Terminate || status.Code == ShellBase + Signals.Terminate))
        {
            _doubtful.Add(attempt.Id, exit, now);
        }
        else
        {
            _events.Exited(attempt.Id, exit);
        }

        process.CloseAll();
        _table.End(attempt, process);
    }

    /// <summary>A SIGKILL that is not ours, in a moment in which the kernel killed somebody.</summary>
    private EndReason ReasonOf(AttemptProcess process, ExitStatus status) =>
        process.Signal == 0 && (status.Signal == Signals.Kill || status.Code == ShellBase + Signals.Kill) && _oom.HasStruck
            ? EndReason.OutOfMemory
            : EndReason.Exited;

    /// <summary>Comes once more after the last attempt has ended: for strays, and twice for those it finds.</summary>
    private void Sample(long now)
    {
        _oom.Look();
        _census.TakeAll(now);
        foreach (var attempt in _table.AllRunning)
        {
            Sample(attempt, attempt.Process!);
        }

        var unanswered = _census.Members.Where(entry => !_table.IsActive(entry.Key)).SelectMany(entry => entry.Value);
        _strays.Look(_census.Unclaimed.Concat(unanswered), _table.NewestSerial, _table.OldestWaiting);
        _nextSample = _table.AllRunning.Count > 0 || _strays.Any ? now + SampleMilliseconds : long.MaxValue;
    }

    private void Sample(Attempt attempt, AttemptProcess process)
    {
        long bytes = 0;
        foreach (var pid in _census.MembersOf(attempt.Serial))
        {
            if (pid == process.Pid || !process.HasGone(pid))
            {
                bytes += ProcFiles.ResidentBytes(pid);
            }
        }

        process.Sample(bytes);
        if (bytes > attempt.Limits.MemoryBytes)
        {
            AskEnd(attempt, EndReason.Memory);
        }
    }

    private long OwnPeakBytes(long now)
    {
        if (now - _ownPeakAt > 1_000)
        {
            (_ownPeakBytes, _ownPeakAt) = (ProcFiles.OwnStatusBytes("VmHWM"), now);
        }

        return _ownPeakBytes;
    }

    private void Note(long deadline) => _nextDeadline = Math.Min(_nextDeadline, deadline);

    private static long Later(long now, TimeSpan span) =>
        span.TotalMilliseconds >= long.MaxValue / 2 ? long.MaxValue : now + (long)Math.Ceiling(Math.Max(span.TotalMilliseconds, 0));
}
