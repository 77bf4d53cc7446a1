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

        _onEvents!(events);
    }

    /// <summary>The connection is gone; this side notices a moment later.</summary>
    public void Lost(SimulatedLink link) => simulation.Schedule(Pauses.UpTo(NoticeMax, simulation.Random), () =>
    {
        if (_dead || link != _greeted)
        {
            return;
        }

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
