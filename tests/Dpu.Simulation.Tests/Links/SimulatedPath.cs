namespace Dpu.Simulated;

/// <summary>The way between a machine and the frontend. While it is blocked nothing arrives, and nobody is told.</summary>
internal sealed class SimulatedPath(SimulatedWorld world)
{
    private readonly List<SimulatedConnection> _connections = [];

    public bool UpIsBlocked { get; private set; }

    public bool DownIsBlocked { get; private set; }

    public bool IsOpen => !UpIsBlocked && !DownIsBlocked;

    public void Block(bool up, bool down)
    {
        (UpIsBlocked, DownIsBlocked) = (UpIsBlocked || up, DownIsBlocked || down);
        _connections.ForEach(connection => connection.Hold(up, down));
    }

    public void Open()
    {
        (UpIsBlocked, DownIsBlocked) = (false, false);
        _connections.ForEach(connection => connection.Resume());
    }

    /// <summary>All connections are reset: both sides are told, and what was on its way is lost.</summary>
    public void Reset() => _connections.ToList().ForEach(connection => connection.Reset());

    /// <summary>The machine is gone: what it sent is lost, and nobody is told.</summary>
    public void Vanish()
    {
        _connections.ForEach(connection => connection.Vanish());
        _connections.Clear();
    }

    public void Add(SimulatedConnection connection) => _connections.Add(connection);

    public void Remove(SimulatedConnection connection) => _connections.Remove(connection);

    public TimeSpan Latency => Pauses.UpTo(TimeSpan.FromMilliseconds(5), world.Random);
}
