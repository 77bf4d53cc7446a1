using System.Runtime.InteropServices;
using Dpu.Domain.Execution;
using Dpu.Keeper.Attempts;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Node;

/// <summary>The keeper's one thread of thought: waits for descriptors and deadlines, and does what they ask for, one after the other.</summary>
internal sealed class KeeperLoop : IDisposable
{
    private const int EventNonBlockingCloseOnExec = OpenFlags.NonBlocking | OpenFlags.CloseOnExec;

    /// <summary>
    /// While processes are being spawned nobody wakes us when one is: its exit or its output will, mostly at once, and then its start is
    /// reported with them. One that runs on quietly is reported after this time.
    /// </summary>
    private const int SpawnPatienceMilliseconds = 2;
    private const int LongSpawnPatienceMilliseconds = 10;
    private const long LongSpawnMilliseconds = 50;

    private readonly Epoll _epoll;
    private readonly AttemptSupervisor _attempts;
    private readonly ServiceDoor _door;
    private readonly KeeperDirectory _directory;
    private readonly KeeperClock _clock;
    private readonly TimeSpan _idleTime;
    private readonly int _wake;
    private long _spawnedAt;
    private long? _idleSince;
    private long? _lookAt;
    private volatile bool _endAsked;
    private string? _ending;

    public KeeperLoop(Epoll epoll, AttemptSupervisor attempts, ServiceDoor door, KeeperDirectory directory, KeeperClock clock, TimeSpan idleTime)
    {
        (_epoll, _attempts, _door, _directory, _clock, _idleTime) = (epoll, attempts, door, directory, clock, idleTime);
        _wake = Libc.EventDescriptor(0, EventNonBlockingCloseOnExec);
        _epoll.Register(_wake, Epoll.In, new WatchNumber(WatchKind.Wake, 0).Packed);

        // From the beginning: the service that started this keeper may have died before it connected.
        _idleSince = clock.Milliseconds;
    }

    /// <summary>Ends all recipes, then the keeper; may be called from any thread.</summary>
    public void EndAll()
    {
        _endAsked = true;
        Descriptors.WriteAll(_wake, MemoryMarshal.AsBytes([1UL]));
    }

    /// <summary>Returns why the keeper may end.</summary>
    public string Run()
    {
        while (true)
        {
            var ready = _epoll.Wait(Timeout());
            _attempts.CheckFence();
            TakeSpawned();
            for (var i = 0; i < ready; i++)
            {
                Handle(WatchNumber.Unpack(_epoll.Number(i)));
            }

            BeginEnd();
            _attempts.CheckEnds();
            _attempts.RunDue();
            _door.Flush();
            if (WhyEnd() is { } reason)
            {
                return reason;
            }
        }
    }

    public void Dispose() => Descriptors.Close(_wake);

    private void Handle(WatchNumber number)
    {
        switch (number.Kind)
        {
            case WatchKind.Wake:
                Span<byte> count = stackalloc byte[8];
                _ = Descriptors.Read(_wake, count);
                break;
            case WatchKind.Lease:
                _door.LeaseTimer.Clear();
                break;
            case WatchKind.Door:
                _door.Accept();
                break;
            case WatchKind.Connection:
                _door.Serve(number.Id);
                break;
            case WatchKind.Output:
                _attempts.ReadOutput(number.Id, OutputStream.Out);
                break;
            case WatchKind.Error:
                _attempts.ReadOutput(number.Id, OutputStream.Error);
                break;
            case WatchKind.Leader:
                _attempts.LeaderEnded(number.Id);
                break;
            case WatchKind.Remaining:
                _attempts.RemainingEnded(number.Id, number.Pid);
                break;
            default:
                throw new InvalidOperationException($"Nothing is watched as {number}.");
        }
    }

    private void TakeSpawned()
    {
        if (_attempts.TakeSpawned() || _attempts.Table.WaitingCount == 0)
        {
            _spawnedAt = _clock.Milliseconds;
        }
    }

    private void BeginEnd()
    {
        var directoryGone = LookForDirectory();
        if (_ending is null && (_endAsked || directoryGone))
        {
            _ending = _endAsked ? "a signal asked for it" : "its directory is gone, so that nobody could ever fetch what it keeps";
            _attempts.EndAll(_endAsked ? EndReason.Evicted : EndReason.Cancelled);
        }
    }

    /// <summary>
    /// Without a service, looks from time to time whether one could still come. Recipes of a directory that was removed would otherwise run,
    /// and reports of them be kept, until the host is restarted.
    /// </summary>
    private bool LookForDirectory()
    {
        var now = _clock.Milliseconds;
        _lookAt = _door.HasService ? null : _lookAt ?? Later(now);
        if (now < (_lookAt ?? long.MaxValue))
        {
            return false;
        }

        _lookAt = Later(now);
        return _directory.IsGone();
    }

    private long Later(long now) => now + (long)_idleTime.TotalMilliseconds;

    private string? WhyEnd()
    {
        if (_door.MayQuit)
        {
            return "the service asked for it";
        }

        if (_ending is not null && _attempts.Table.ActiveCount == 0)
        {
            return _ending;
        }

        if (_door.HasService || _attempts.Table.Known.Count > 0)
        {
            _idleSince = null;
            return null;
        }

        _idleSince ??= _clock.Milliseconds;
        return _clock.Milliseconds - _idleSince >= _idleTime.TotalMilliseconds ? "there is no service and nothing to keep" : null;
    }

    private int Timeout()
    {
        var now = _clock.Milliseconds;
        var deadline = Math.Min(_attempts.NextDeadline, _lookAt ?? long.MaxValue);
        if (_idleSince is { } since)
        {
            deadline = Math.Min(deadline, since + (long)_idleTime.TotalMilliseconds);
        }

        if (_attempts.Table.WaitingCount > 0)
        {
            deadline = Math.Min(deadline, now + (now - _spawnedAt < LongSpawnMilliseconds ? SpawnPatienceMilliseconds : LongSpawnPatienceMilliseconds));
        }

        return deadline == long.MaxValue ? -1 : (int)Math.Clamp(deadline - now, 0, int.MaxValue);
    }
}
