using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>A service's side of the connection to the keeper of its host; it dies with the service, and starts the keeper when there is none.</summary>
internal sealed class SimulatedLauncher(SimulatedWorld world, SimulatedHost host, SimulatedProcess process) : IProcessLauncher
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan NoticeMax = TimeSpan.FromMilliseconds(200);

    private Action<IReadOnlyList<LauncherEvent>>? _onEvents;
    private KeeperLink? _greeted;
    private KeeperLink? _open;
    private readonly Queue<LauncherEvent> _unread = new();
    private TimeSpan? _lease;
    private bool _paused;

    public void Connect(Action<IReadOnlyList<LauncherEvent>> onEvents)
    {
        _onEvents = onEvents;
        ConnectSoon();
    }

    public void Start(Guid incarnation, IReadOnlyList<LaunchRequest> requests)
    {
        if (_open?.Incarnation == incarnation)
        {
            _open.ToKeeper.Send(k => k.Start(requests));
        }
    }

    public void End(AttemptId attempt, EndReason reason) => _open?.ToKeeper.Send(k => k.End(attempt, reason));

    public void Acknowledge(Guid incarnation, long sequenceNr)
    {
        if (_open?.Incarnation == incarnation)
        {
            _open.ToKeeper.Send(k => k.Acknowledge(sequenceNr));
        }
    }

    public void Pause() => _paused = true;

    public void Resume()
    {
        _paused = false;
        process.Schedule(ReadOn);
    }

    public void Lease(TimeSpan until)
    {
        if (_lease is not { } known || known < until)
        {
            _lease = until;
            _open?.ToKeeper.Send(k => k.Lease(until));
        }
    }

    /// <summary>The keeper greets on a new connection.</summary>
    public void Greeted(KeeperLink link) => _greeted = link;

    public void Receive(KeeperLink link, LauncherEvent @event)
    {
        if (link != _greeted)
        {
            return;
        }

        var isNew = _open != link;
        _open = link;
        if (isNew && _lease is { } lease)
        {
            link.ToKeeper.Send(k => k.Lease(lease));
        }

        // The greeting was read when the connection was made; the rest stays where it is, and is gone with the connection.
        if (!isNew && (_paused || _unread.Count > 0))
        {
            _unread.Enqueue(@event);
        }
        else
        {
            _onEvents!([@event]);
        }
    }

    private void ReadOn()
    {
        while (!_paused && _unread.TryDequeue(out var @event))
        {
            _onEvents!([@event]);
        }
    }

    /// <summary>The connection is gone; this side notices a moment later.</summary>
    public void Lost(KeeperLink link) => process.Schedule(Pauses.UpTo(NoticeMax, world.Random), () =>
    {
        if (link != _greeted)
        {
            return;
        }

        _unread.Clear();
        var wasOpen = _open == link;
        _greeted = _open = null;
        if (wasOpen)
        {
            _onEvents!([new LauncherEvent.Disconnected("simulated")]);
        }

        ConnectSoon();
    });

    private void ConnectSoon() => process.Schedule(Pauses.UpTo(ConnectMax, world.Random), () => ConnectTo(host.RunningKeeper()));

    /// <summary>A keeper that is stopped takes the connection and does not answer; it is waited for. One that dies before it answers is noticed.</summary>
    private void ConnectTo(SimulatedKeeper keeper)
    {
        keeper.ConnectFrom(this, process, refused: () => process.Schedule(ConnectSoon));
    }
}
