using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>
/// One direction of a connection: brings things in order, after random delays, several at a time when they pile up. What has arrived waits for a receiver
/// that is stopped, as in a socket's buffer.
/// </summary>
internal sealed class Lane<T>(SimulatedWorld world, SimulatedProcess receiver, TimeSpan latencyMax, Action<T> receive)
{
    private readonly Queue<T> _onItsWay = new();
    private readonly Queue<T> _arrived = new();
    private bool _broken;
    private bool _held;

    public void Send(T item)
    {
        if (_broken || receiver.IsDead)
        {
            return;
        }

        _onItsWay.Enqueue(item);
        if (!_held)
        {
            world.Network.Schedule(Pauses.UpTo(latencyMax, world.Random), ArriveSome);
        }
    }

    /// <summary>What is on its way never arrives, nor does anything after it. What has arrived can be read still.</summary>
    public void Break()
    {
        _broken = true;
        _onItsWay.Clear();
    }

    /// <summary>Nothing arrives until it is let go on: whoever sends sends again and again, below what we look at.</summary>
    public void Hold() => _held = true;

    public void Resume()
    {
        _held = false;
        for (var waiting = _onItsWay.Count; waiting > 0; waiting--)
        {
            world.Network.Schedule(Pauses.UpTo(latencyMax, world.Random), ArriveSome);
        }
    }

    private void ArriveSome()
    {
        if (_held || _onItsWay.Count == 0)
        {
            return;
        }

        for (var count = world.Random.Next(1, _onItsWay.Count + 1); count > 0; count--)
        {
            _arrived.Enqueue(_onItsWay.Dequeue());
        }

        receiver.Schedule(ReadAll);
    }

    private void ReadAll()
    {
        while (_arrived.TryDequeue(out var item))
        {
            receive(item);
        }
    }
}
