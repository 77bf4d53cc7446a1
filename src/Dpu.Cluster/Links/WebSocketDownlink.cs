using System.Net.WebSockets;
using Dpu.Cluster.Frontend;
using Dpu.Kernel;

namespace Dpu.Cluster.Links;

/// <summary>A frontend's side of a link over a WebSocket, from the greeting to the end.</summary>
/// <param name="socket">Accepted; whose it is was found out before.</param>
/// <param name="node">Whose it is.</param>
/// <param name="nodes">Who admits it and hears what the node says.</param>
/// <param name="silence">After so much time without a byte the node is taken for gone.</param>
/// <param name="time">For the silence.</param>
public sealed class WebSocketDownlink(WebSocket socket, string node, IActorRef<RemoteNodesMessage> nodes, TimeSpan silence, TimeProvider time)
    : IDownlink, IDisposable
{
    private const int CreditFrames = LinkProtocol.UnhandledFramesMax / 4;
    private const long CreditBytes = LinkProtocol.UnhandledBytesMax / 4;
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private readonly LinkSender _sender = new(socket, needsCredit: false);
    private readonly LinkReceiver _receiver = new(socket, time);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private int _unhandledFrames;
    private long _unhandledBytes;
    private int _dueFrames;
    private long _dueBytes;
    private string _reason = "the node closed it";

    /// <inheritdoc/>
    public string Node => node;

    /// <inheritdoc/>
    public void Send(DownFrame frame) => Post(frame, urgent: false);

    /// <inheritdoc/>
    public void Handled(ReceivedFrame received)
    {
        ArgumentNullException.ThrowIfNull(received);
        DownFrame.Credit? credit = null;
        lock (_gate)
        {
            _unhandledFrames--;
            _unhandledBytes -= received.Bytes;
            _dueFrames++;
            _dueBytes += received.Bytes;
            if (_unhandledFrames == 0 || _dueFrames >= CreditFrames || _dueBytes >= CreditBytes)
            {
                credit = new DownFrame.Credit(_dueFrames, _dueBytes);
                (_dueFrames, _dueBytes) = (0, 0);
            }
        }

        if (credit is not null)
        {
            Post(credit, urgent: true);
        }
    }

    /// <inheritdoc/>
    public void Close(string reason)
    {
        _reason = reason;
        _sender.Complete();
    }

    public void Dispose()
    {
        _sender.Dispose();
        _ending.Dispose();
    }

    /// <summary>Serves the link until it ends; returns why it did.</summary>
    /// <param name="cancellationToken">The node's identity was revoked, or the frontend stops.</param>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        using var watch = time.CreateTimer(_ => EndIfSilent(), null, silence / 4, silence / 4);
        var sending = SendAsync(ending.Token);
        try
        {
            await ReceiveAsync(ending.Token);
        }
        catch (Exception broken) when (broken is WebSocketException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            _reason = broken is InvalidDataException ? $"the node breaks the protocol: {broken.Message}" : _reason;
        }

        nodes.Tell(new RemoteNodesMessage.Closed(this, _receiver.Silent));
        _sender.Complete();
        await _ending.CancelAsync();
        await sending;

        // A peer that is in the middle of sending must not wait for a reader that is gone.
        socket.Abort();
        return _reason;
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not { Frame: UpFrame.Hello hello })
        {
            throw new InvalidDataException("it did not greet");
        }

        nodes.Tell(new RemoteNodesMessage.Greeted(this, hello));
        while (await ReadAsync(cancellationToken) is { } received)
        {
            switch (received.Frame)
            {
                case UpFrame.Heartbeat beat:
                    Post(new DownFrame.HeartbeatSeen(beat.SentAt), urgent: true);
                    break;
                case UpFrame.Hello:
                    throw new InvalidDataException("it greeted twice");
                default:
                    Count(received);
                    nodes.Tell(new RemoteNodesMessage.Said(this, received));
                    break;
            }
        }
    }

    private async ValueTask<ReceivedFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _receiver.ReadAsync(cancellationToken) is { } bytes)
        {
            if (LinkCodec.DecodeUp(bytes.Span) is { } frame)
            {
                return new ReceivedFrame(frame, bytes.Length);
            }
        }

        return null;
    }

    private void Count(ReceivedFrame received)
    {
        lock (_gate)
        {
            _unhandledFrames++;
            _unhandledBytes += received.Bytes;
            if (_unhandledFrames > LinkProtocol.UnhandledFramesMax || (_unhandledBytes > LinkProtocol.UnhandledBytesMax && _unhandledFrames > 1))
            {
                throw new InvalidDataException("it sends more than it was granted");
            }
        }
    }

    private void Post(DownFrame frame, bool urgent)
    {
        if (_sender.Post(LinkCodec.Encode(frame), urgent) > LinkProtocol.UnsentBytesMax)
        {
            _reason = "the node does not read what is sent to it";
            _ending.Cancel();
        }
    }

    private void EndIfSilent()
    {
        if (_receiver.Silent > silence)
        {
            _reason = "nothing came from the node";
            _ending.Cancel();
        }
    }

    /// <summary>A link that is closed in order says what was said before, and then goodbye; the node has a moment to read it.</summary>
    private async Task SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _sender.RunAsync(cancellationToken);
            _ending.CancelAfter(CloseTime);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The receiving side ends with it.
            await _ending.CancelAsync();
        }
    }
}
