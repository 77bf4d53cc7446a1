using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;

namespace Dpu.Simulated;

/// <summary>The frontend's side of a link, as <see cref="WebSocketDownlink"/> is it over a socket.</summary>
internal sealed class SimulatedDownlink(SimulatedWorld world, string node, SimulatedFrontend frontend, SimulatedConnection connection) : IDownlink
{
    private TimeSpan _heardAt = world.Now;
    private bool _greeted;
    private bool _ended;
    private int _unhandled;

    /// <inheritdoc/>
    public string Node => node;

    /// <summary>Frames that nobody has dealt with.</summary>
    public int Unhandled => _ended ? 0 : _unhandled;

    /// <inheritdoc/>
    public void Send(DownFrame frame)
    {
        if (!_ended)
        {
            connection.SendDown(frame);
        }
    }

    /// <inheritdoc/>
    public void Handled(ReceivedFrame received)
    {
        _unhandled--;
        ViolationException.Unless(_unhandled >= 0, $"a frame of node {node} was dealt with twice");
        Send(new DownFrame.Credit(1, received.Bytes));
    }

    /// <inheritdoc/>
    public void Close(string reason)
    {
        if (!_ended)
        {
            world.Tell($"the frontend closes a link of {node}: {reason}");
            connection.SendDown(null);
            frontend.Process.Schedule(End);
        }
    }

    public void Receive(UpFrame? frame, int bytes)
    {
        if (_ended)
        {
            return;
        }

        _heardAt = frame is null ? _heardAt : world.Now;
        switch (frame)
        {
            case null:
                End();
                break;
            case UpFrame.Hello hello when !_greeted:
                _greeted = true;
                Watch();
                frontend.Nodes.Tell(new RemoteNodesMessage.Greeted(this, hello));
                break;
            case UpFrame.Heartbeat beat:
                Send(new DownFrame.HeartbeatSeen(beat.SentAt));
                break;
            default:
                frontend.MayBelieve(node, frame);
                ViolationException.Unless(++_unhandled <= world.Terms.FramesOut, $"node {node} sends more than it was granted");
                frontend.Nodes.Tell(new RemoteNodesMessage.Said(this, new ReceivedFrame(frame, bytes)));
                break;
        }
    }

    private void Watch() => frontend.Process.Schedule(world.Terms.Silence / 4, () =>
    {
        if (_ended)
        {
            return;
        }

        if (world.Now - _heardAt > world.Terms.Silence)
        {
            world.Tell($"the frontend hears nothing of {node}");
            connection.SendDown(null);
            End();
        }
        else
        {
            Watch();
        }
    });

    private void End()
    {
        if (!_ended)
        {
            _ended = true;
            frontend.Nodes.Tell(new RemoteNodesMessage.Closed(this, world.Now - _heardAt));
        }
    }
}
