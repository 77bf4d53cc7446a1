using Dpu.Domain.Execution;
using Dpu.Keeper.Attempts;
using Dpu.Keeper.Events;
using Dpu.Keeper.Native;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Node;

/// <summary>
/// Where the service comes in. One service is served at a time; the one that greets last replaces the one before, and nothing that the
/// old one sent and we had not read by then is ever executed: the new one is told what runs, and that must stay true.
/// </summary>
internal sealed class ServiceDoor : IDisposable
{
    private const int SendBytes = 256 << 10;
    private static readonly string Product = typeof(ServiceDoor).Assembly.GetName().Version?.ToString(3) ?? "?";

    private readonly Epoll _epoll;
    private readonly EventLog _log;
    private readonly AttemptSupervisor _attempts;
    private readonly Guid _incarnation;
    private readonly Action<string> _say;
    private readonly int _listener;
    private readonly Dictionary<uint, ServiceConnection> _connections = [];
    private ServiceConnection? _service;
    private uint _lastId;

    public ServiceDoor(KeeperDirectory directory, Epoll epoll, EventLog log, AttemptSupervisor attempts, Guid incarnation, Action<string> say)
    {
        (_epoll, _log, _attempts, _incarnation, _say) = (epoll, log, attempts, incarnation, say);
        _listener = UnixSocket.Listen(directory.Node, KeeperDirectory.SocketName);
        _epoll.Register(_listener, Epoll.In, new WatchNumber(WatchKind.Door, 0).Packed);
        _epoll.Register(LeaseTimer.Descriptor, Epoll.In, new WatchNumber(WatchKind.Lease, 0).Packed);
    }

    /// <summary>Wakes the loop when the present lease runs out, also when the host was suspended then.</summary>
    public BootTimer LeaseTimer { get; } = new();

    public bool HasService => _service is not null;

    /// <summary>An orderly stopping service asked us to go, and there was nothing to stay for.</summary>
    public bool MayQuit { get; private set; }

    public void Accept()
    {
        var descriptor = UnixSocket.Accept(_listener);
        if (descriptor < 0)
        {
            return;
        }

        var peer = UnixSocket.Peer(descriptor);
        if (peer.UserId != Libc.EffectiveUserId())
        {
            _say($"refused a connection of user {peer.UserId}");
            Descriptors.Close(descriptor);
            return;
        }

        var connection = new ServiceConnection(descriptor, ++_lastId, _epoll);
        _connections.Add(connection.Id, connection);
        _epoll.Register(descriptor, Epoll.In, new WatchNumber(WatchKind.Connection, connection.Id).Packed);
    }

    /// <summary>Reads what a connection brought, or sends it what it did not take before.</summary>
    public void Serve(uint id)
    {
        if (!_connections.TryGetValue(id, out var connection))
        {
            return;
        }

        try
        {
            var open = connection.Incoming.Fill(connection.Descriptor);
            while (connection.IsOpen && connection.Incoming.TryTake(out var kind, out var fields))
            {
                Execute(connection, kind, ref fields);
            }

            if (!open)
            {
                Close(connection);
            }
        }
        catch (InvalidDataException broken)
        {
            _say($"closed a connection that breaks the protocol: {broken.Message}");
            Close(connection);
        }
    }

    /// <summary>Sends the service what it has not been sent, as far as it takes it.</summary>
    public void Flush()
    {
        foreach (var connection in _connections.Values)
        {
            do
            {
                Fill(connection);
            }
            while (connection.Outgoing.Length > 0 && connection.Flush() && connection == _service);
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }

        LeaseTimer.Dispose();
        Descriptors.Close(_listener);
    }

    private void Fill(ServiceConnection connection)
    {
        while (connection == _service && connection.Outgoing.Length < SendBytes && _log.Sendable(connection.NextEvent) is { IsEmpty: false } frame)
        {
            connection.Outgoing.Raw(frame);
            connection.NextEvent++;
        }
    }

    private void Execute(ServiceConnection connection, FrameKind kind, ref FrameReader fields)
    {
        if (kind == FrameKind.Hello)
        {
            Greet(connection, ref fields);
        }
        else if (connection != _service)
        {
            throw new InvalidDataException("the peer did not greet");
        }
        else
        {
            Execute(kind, ref fields);
        }
    }

    /// <summary>Kinds that are not known here come from a newer service and are left out.</summary>
    private void Execute(FrameKind kind, ref FrameReader fields)
    {
        switch (kind)
        {
            case FrameKind.Start:
                for (var left = fields.Count(); left > 0; left--)
                {
                    _attempts.Start(Requests.ReadRequest(ref fields));
                }

                break;
            case FrameKind.End:
                _attempts.End(fields.Attempt(), (EndReason)fields.Byte());
                break;
            case FrameKind.Acknowledge:
                _log.Acknowledge(Math.Min(fields.Int64(), _service!.NextEvent - 1), _attempts.Table.Forget);
                break;
            case FrameKind.Lease:
                Extend(Requests.ReadLease(ref fields));
                break;
            case FrameKind.Quit:
                Quit();
                break;
            default:
                break;
        }
    }

    private void Greet(ServiceConnection connection, ref FrameReader fields)
    {
        var (version, product) = Requests.ReadHello(ref fields);
        if (version != ProtocolFacts.Version)
        {
            Replies.WriteSentence(
                connection.Outgoing,
                FrameKind.Refused,
                $"The keeper (process {Environment.ProcessId}, dpu {Product}) speaks protocol {ProtocolFacts.Version}, this service (dpu {product}) speaks {version}. " +
                $"It still runs {_attempts.Table.ActiveCount} recipes: let the old version finish them, or end them with 'kill {Environment.ProcessId}'; then start the service again.");
            _say($"refused a service of dpu {product}: it speaks protocol {version}");
            return;
        }

        if (_service is not null && _service != connection)
        {
            Close(_service);
        }

        _service = connection;
        connection.NextEvent = _log.Acknowledged + 1;
        Replies.WriteWelcome(
            connection.Outgoing,
            new Welcome(ProtocolFacts.Version, _incarnation, Environment.ProcessId, Product, [.. _attempts.Table.Known.Select(attempt => attempt.Id)]));
    }

    private void Extend(TimeSpan until)
    {
        if (_attempts.TryExtendLease(until))
        {
            LeaseTimer.Set(until);
        }
    }

    private void Quit()
    {
        MayQuit = _attempts.Table.Known.Count == 0 && _log.IsEmpty;
        Replies.WriteSentence(
            _service!.Outgoing,
            MayQuit ? FrameKind.Quitting : FrameKind.Busy,
            $"{_attempts.Table.ActiveCount} recipes run, {_log.Last - _log.Acknowledged} reports are not acknowledged");
    }

    private void Close(ServiceConnection connection)
    {
        connection.Dispose();
        _connections.Remove(connection.Id);
        if (_service == connection)
        {
            _service = null;
        }
    }
}
