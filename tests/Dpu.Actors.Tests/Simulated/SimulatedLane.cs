using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>One direction of a connection: delivers in order, after random delays, several at a time when they pile up.</summary>
internal sealed class SimulatedLane<T>(Simulation simulation, TimeSpan latencyMax, Action<IReadOnlyList<T>> deliver)
{
    private readonly Queue<T> _inFlight = new();

    private bool _closed;

    public void Send(T item)
    {
        if (_closed)
        {
            return;
        }

        _inFlight.Enqueue(item);
        simulation.Schedule(Pauses.UpTo(latencyMax, simulation.Random), DeliverSome);
    }

    /// <summary>What is on its way never arrives, nor does anything after it.</summary>
    public void Close()
    {
        _closed = true;
        _inFlight.Clear();
    }

    private void DeliverSome()
    {
        if (_inFlight.Count == 0)
        {
            return;
        }

        var batch = new List<T>();
        for (var count = simulation.Random.Next(1, _inFlight.Count + 1); count > 0; count--)
        {
            batch.Add(_inFlight.Dequeue());
        }

        deliver(batch);
    }
}
