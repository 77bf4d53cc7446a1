using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>The service's side of the connection to the keeper; it dies with the service, and starts the keeper when there is none.</summary>
internal sealed class SimulatedLauncher(Simulation simulation, SimulatedKeeper keeper) : IProcessLauncher
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan NoticeMax = TimeSpan.FromMilliseconds(200);

    private Action<IReadOnlyList<LauncherEvent>>? _onEvents;
    private SimulatedLink? _greeted;
    private SimulatedLink? _open;
    private TimeSpan? _lease;
    private readonly List<LauncherEvent> _unread = [];
    private bool _paused;
    private bool _dead;

    public void Connect(Action<IReadOnlyList<LauncherEvent>> onEvents)
    {
        _onEvents = onEvents;
        ConnectSoon();
    }

    public void Start(Guid incarnation, IReadOnlyList<LaunchRequest> requests)
    {
        if (_open?.Incarnation == incarnation)
        {
            Send(k => k.Start(requests));
        }
    }

    public void End(AttemptId attempt, EndReason reason) => Send(k => k.End(attempt, reason));

    public void Acknowledge(Guid incarnation, long sequenceNr)
    {
        if (_open?.Incarnation == incarnation)
        {
            Send(k => k.Acknowledge(sequenceNr));
        }
    }

    public void Pause() => _paused = true;

    public void Resume()
    {
        _paused = false;
        if (!_dead && _unread.Count > 0)
        {
            _onEvents!([.. _unread]);
            _unread.Clear();
        }
    }

    public void Lease(TimeSpan until)
    {
        if (_lease is not { } known || known < until)
        {
            _lease = until;
            Send(k => k.Lease(until));
        }
    }

    /// <summary>The service was killed. What it had sent may arrive still, until another service greets.</summary>
    public void Die()
    {
        _dead = true;
        _greeted?.ToLauncher.Close();
    }

    public void Receive(SimulatedLink link, IReadOnlyList<LauncherEvent> events)
    {
        if (_dead || link != _greeted)
        {
            return;
        }

        var isNew = _open != link;
        _open = link;
        if (isNew && _lease is { } lease)
        {
            Send(k => k.Lease(lease));
        }

        if (!_paused)
        {
            _onEvents!(events);
            return;
        }

        // The greeting was read when the connection was made; the rest stays where it is, and is gone with the connection.
        _unread.AddRange(events.Where(e => e is not LauncherEvent.Connected));
        if (events.OfType<LauncherEvent.Connected>().FirstOrDefault() is { } connected)
        {
            _onEvents!([connected]);
        }
    }

    /// <summary>The connection is gone; this side notices a moment later.</summary>
    public void Lost(SimulatedLink link) => simulation.Schedule(Pauses.UpTo(NoticeMax, simulation.Random), () =>
    {
        if (_dead || link != _greeted)
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

    private void Send(Action<SimulatedKeeper> request)
    {
        if (!_dead)
        {
            _open?.ToKeeper.Send(request);
        }
    }

    private void ConnectSoon() => simulation.Schedule(Pauses.UpTo(ConnectMax, simulation.Random), () =>
    {
        if (_dead)
        {
            return;
        }

        if (!keeper.IsUp)
        {
            keeper.StartAnew();
        }

        _greeted = keeper.Greet(this);
    });
}
