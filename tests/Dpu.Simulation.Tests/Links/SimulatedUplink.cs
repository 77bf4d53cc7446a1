using Dpu.Cluster.Links;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>
/// A node's side of its links, as <see cref="WebSocketUplink"/> is it over sockets: greets, has its first heartbeat acknowledged, beats, gives up a link that is
/// silent, and makes another one after a pause that grows.
/// </summary>
internal sealed class SimulatedUplink(SimulatedWorld world, SimulatedHost host, SimulatedProcess process, Func<SimulatedFrontend?> frontend) : IUplink
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GreetingMax = TimeSpan.FromSeconds(3);

    private readonly UpFrame.Hello _hello = new(LinkProtocol.Version, LinkProtocol.OldestVersion, "simulated", NewGuid(world.Random));
    private readonly Queue<UpFrame> _waiting = new();
    private Action<UplinkEvent> _onEvent = static _ => { };
    private SimulatedConnection? _connection;
    private LinkTerms? _terms;
    private bool _stands;
    private string? _lastReason;
    private TimeSpan _heardAt;
    private TimeSpan _pause = PauseMin;
    private int _framesOut;
    private TimeSpan? _leasedUntil;

    /// <summary>Whether the frontend has dealt with all that was said.</summary>
    public bool HoldsNothing => _framesOut == 0 && _waiting.Count == 0;

    /// <inheritdoc/>
    public void Connect(Action<UplinkEvent> onEvent)
    {
        _onEvent = onEvent;
        process.Schedule(Open);
    }

    /// <inheritdoc/>
    public void Send(UpFrame frame)
    {
        if (_stands)
        {
            _waiting.Enqueue(frame);
            SendWaiting();
        }
    }

    public void Receive(SimulatedConnection connection, DownFrame? frame)
    {
        if (connection != _connection)
        {
            return;
        }

        _heardAt = world.Now;
        switch (frame)
        {
            case null:
                End("the frontend closed the link");
                break;
            case DownFrame.Refused refused when _terms is null:
                End(refused.Reason);
                break;
            case DownFrame.Welcome when host.IsStranger:
                End("this identity was made on another machine");
                break;
            case DownFrame.Welcome welcome when _terms is null:
                _terms = welcome.Terms;
                connection.SendUp(new UpFrame.Heartbeat(world.Now));
                break;
            case DownFrame.HeartbeatSeen seen when _terms is not null:
                Acknowledge(seen.SentAt);
                break;
            case DownFrame.Credit credit when _stands:
                _framesOut -= credit.Frames;
                SendWaiting();
                break;
            case DownFrame.LogsStored { Failure: not null } failed when _stands && world.Planted == PlantedBug.ForgetsLines:
                _onEvent(new UplinkEvent.Received(failed with { Failure = null }));
                break;
            case var other when _stands:
                _onEvent(new UplinkEvent.Received(other));
                break;
            default:
                End($"it said {frame.GetType().Name} before the first heartbeat was acknowledged");
                break;
        }
    }

    private static Guid NewGuid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private void SendWaiting()
    {
        while (_framesOut < world.Terms.FramesOut && _waiting.TryDequeue(out var frame))
        {
            _framesOut++;
            _connection!.SendUp(frame);
        }
    }

    private void Acknowledge(TimeSpan sentAt)
    {
        var until = sentAt + _terms!.FenceAfter;
        var lapsed = _leasedUntil <= world.Now;
        _leasedUntil = until;
        _onEvent(new UplinkEvent.Leased(until, lapsed));
        if (!_stands)
        {
            _stands = true;
            _pause = PauseMin;
            world.Tell($"{host.Name} on {host.Machine} is linked");
            _onEvent(new UplinkEvent.Connected(_terms));
            Beat(_connection!);
        }
    }

    private void Beat(SimulatedConnection connection) => process.Schedule(_terms!.Heartbeat, () =>
    {
        if (connection != _connection)
        {
            return;
        }

        if (world.Now - _heardAt > world.Terms.Silence)
        {
            End("the frontend is silent");
        }
        else
        {
            connection.SendUp(new UpFrame.Heartbeat(world.Now));
            Beat(connection);
        }
    });

    private void Open()
    {
        if (frontend() is not { } to || !host.Path.IsOpen)
        {
            process.Schedule(host.Path.IsOpen ? host.Path.Latency : GreetingMax, () => Retry("no frontend answers"));
            return;
        }

        var connection = new SimulatedConnection(world, this, process, host, to);
        connection.OnReset = () => Receive(connection, null);
        host.Opened(connection);
        _connection = connection;
        _heardAt = world.Now;
        connection.SendUp(_hello);
        process.Schedule(GreetingMax, () =>
        {
            if (connection == _connection && !_stands)
            {
                End("the frontend did not answer in time");
            }
        });
    }

    private void End(string reason)
    {
        _connection!.CloseByNode();
        _connection = null;
        _terms = null;
        _waiting.Clear();
        _framesOut = 0;
        Retry(reason);
    }

    private void Retry(string reason)
    {
        if (_stands || reason != _lastReason)
        {
            _lastReason = reason;
            world.Tell($"{host.Name} on {host.Machine} has no link: {reason}");
            _onEvent(new UplinkEvent.Disconnected(reason));
        }

        _pause = _stands ? PauseMin : _pause * 2 < PauseMax ? _pause * 2 : PauseMax;
        _stands = false;
        process.Schedule(_pause * (0.5 + world.Random.NextDouble()), Open);
    }
}
