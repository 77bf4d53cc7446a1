using Dpu.Cluster.Links;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>One connection between a node's service and the frontend; frames go in order while it stands. A null frame says that the sender closed it.</summary>
internal sealed class SimulatedConnection
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(10);

    private readonly SimulatedWorld _world;
    private readonly SimulatedPath _path;
    private readonly Lane<(UpFrame? Frame, int Bytes)> _up;
    private readonly Lane<DownFrame?> _down;

    public SimulatedConnection(SimulatedWorld world, SimulatedUplink uplink, SimulatedProcess node, SimulatedHost host, SimulatedFrontend frontend)
    {
        (_world, _path) = (world, host.Path);
        Downlink = new SimulatedDownlink(world, host.Name, frontend, this);
        _up = new Lane<(UpFrame? Frame, int Bytes)>(world, frontend.Process, LatencyMax, said => Downlink.Receive(said.Frame, said.Bytes));
        _down = new Lane<DownFrame?>(world, node, LatencyMax, frame => uplink.Receive(this, frame));
        Node = node;
        Frontend = frontend.Process;
        _path.Add(this);
    }

    public SimulatedDownlink Downlink { get; }

    public SimulatedProcess Node { get; }

    public SimulatedProcess Frontend { get; }

    public void SendUp(UpFrame? frame)
    {
        if (frame is null || !_world.Terms.Encodes)
        {
            _up.Send((frame, 100));
            return;
        }

        var bytes = LinkCodec.Encode(frame);
        _up.Send((LinkCodec.DecodeUp(bytes), bytes.Length));
    }

    public void SendDown(DownFrame? frame) => _down.Send(frame is null || !_world.Terms.Encodes ? frame : LinkCodec.DecodeDown(LinkCodec.Encode(frame)));

    public void Hold(bool up, bool down)
    {
        if (up)
        {
            _up.Hold();
        }

        if (down)
        {
            _down.Hold();
        }
    }

    public void Resume()
    {
        _up.Resume();
        _down.Resume();
    }

    /// <summary>Both sides are told, one before the other.</summary>
    public void Reset()
    {
        Vanish();
        _path.Remove(this);
        Frontend.Schedule(_path.Latency, () => Downlink.Receive(null, 0));
        _world.Network.Schedule(_path.Latency, () => TellNode());
    }

    public void Vanish()
    {
        _up.Break();
        _down.Break();
    }

    /// <summary>The node's process died: its kernel says goodbye.</summary>
    public void CloseByNode() => SendUp(null);

    private void TellNode() => Node.Schedule(() => OnReset?.Invoke());

    /// <summary>How the node's side hears of a reset.</summary>
    public Action? OnReset { get; set; }
}
