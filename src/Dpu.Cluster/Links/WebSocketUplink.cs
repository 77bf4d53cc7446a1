using System.Net.WebSockets;

namespace Dpu.Cluster.Links;

/// <summary>How a node's link is made.</summary>
/// <param name="Frontends">Where frontends answer; tried in turn.</param>
/// <param name="Hello">What the node says first.</param>
/// <param name="OpenAsync">Connects to a frontend, with the node's identity.</param>
/// <param name="MayServe">Why the node cannot work under these terms, or null when it can.</param>
public sealed record UplinkSettings(
    IReadOnlyList<Uri> Frontends,
    UpFrame.Hello Hello,
    Func<Uri, CancellationToken, Task<WebSocket>> OpenAsync,
    Func<LinkTerms, string?> MayServe);

/// <summary>
/// A node's link over WebSockets: one at a time, with the frontends of a list in turn, for as long as the node lives. Between two tries there is a pause
/// that grows, with a random part: nodes whose frontend was restarted do not come all at once.
/// </summary>
public sealed class WebSocketUplink(UplinkSettings settings, TimeProvider time, Random random) : IUplink, IAsyncDisposable
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GreetingMax = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stopping = new();
    private volatile LinkSender? _sender;
    private Action<UplinkEvent>? _onEvent;
    private Task _running = Task.CompletedTask;
    private string? _lastReason;
    private TimeSpan? _leasedUntil;

    /// <inheritdoc/>
    public void Connect(Action<UplinkEvent> onEvent)
    {
        if (Interlocked.CompareExchange(ref _onEvent, onEvent, null) is not null)
        {
            throw new InvalidOperationException("An uplink is connected once.");
        }

        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public void Send(UpFrame frame) => _sender?.Post(LinkCodec.Encode(frame));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = PauseMin;
        for (var turn = 0; !_stopping.IsCancellationRequested; turn++)
        {
            var frontend = settings.Frontends[turn % settings.Frontends.Count];
            var (stood, reason) = await ServeAsync(frontend);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            if (stood || reason != _lastReason)
            {
                // The same refusal every few seconds would fill a log.
                _lastReason = reason;
                _onEvent!(new UplinkEvent.Disconnected(reason));
            }

            pause = stood ? PauseMin : pause * 2 < PauseMax ? pause * 2 : PauseMax;
            await PauseAsync(pause);
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause * (0.5 + random.NextDouble()), time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>One link from its beginning to its end.</summary>
    private async Task<(bool Stood, string Reason)> ServeAsync(Uri frontend)
    {
        var stood = false;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        try
        {
            using var socket = await OpenAsync(frontend, ending.Token);
            using var sender = new LinkSender(socket, needsCredit: true);
            var receiver = new LinkReceiver(socket, time);
            sender.Post(LinkCodec.Encode(settings.Hello), urgent: true);
            var sending = SendAsync(sender, ending);
            try
            {
                var terms = await GreetAsync(receiver, sender, ending.Token);
                stood = true;
                _sender = sender;
                _onEvent!(new UplinkEvent.Connected(terms));
                var beating = BeatAsync(sender, receiver, terms, ending);
                await ReceiveAsync(receiver, sender, terms, ending.Token);
                await ending.CancelAsync();
                await beating;
            }
            finally
            {
                _sender = null;
                sender.Complete();
                await ending.CancelAsync();
                await sending;
            }

            return (stood, $"{frontend.Authority} closed the link.");
        }
        catch (Exception broken)
        {
            // Whatever it was: it is told, and another link is tried. Nothing else would ever bring the node back.
            return (stood, $"{frontend.Authority}: {ReasonOf(broken)}");
        }
    }

    private async Task<WebSocket> OpenAsync(Uri frontend, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(GreetingMax);
        return await settings.OpenAsync(frontend, bound.Token);
    }

    private async Task<LinkTerms> GreetAsync(LinkReceiver receiver, LinkSender sender, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(GreetingMax);
        var terms = await TermsAsync(receiver, bound.Token);

        // Before the node can be given anything its keeper has a lease: without one it would fence nothing.
        sender.Post(LinkCodec.Encode(new UpFrame.Heartbeat(BootClock.Now)), urgent: true);
        while (await ReadAsync(receiver, bound.Token) is { } frame)
        {
            if (frame is DownFrame.HeartbeatSeen seen)
            {
                Acknowledge(terms, seen.SentAt);
                return terms;
            }

            // A job had something for the node that it is not ready for yet: it says it again when the node is.
        }

        throw new UplinkRefusedException("it closed the link before it acknowledged a heartbeat.");
    }

    private void Acknowledge(LinkTerms terms, TimeSpan sentAt)
    {
        var until = sentAt + terms.FenceAfter;
        var lapsed = _leasedUntil <= BootClock.Now;
        _leasedUntil = until;
        _onEvent!(new UplinkEvent.Leased(until, lapsed));
    }

    private async Task<LinkTerms> TermsAsync(LinkReceiver receiver, CancellationToken cancellationToken)
    {
        return await ReadAsync(receiver, cancellationToken) switch
        {
            DownFrame.Welcome welcome when settings.MayServe(welcome.Terms) is { } reason => throw new UplinkRefusedException(reason),
            DownFrame.Welcome welcome => welcome.Terms,
            DownFrame.Refused refused => throw new UplinkRefusedException(refused.Reason),
            null => throw new UplinkRefusedException("it closed the link before it greeted."),
            var other => throw new InvalidDataException($"it said {other.GetType().Name} instead of a greeting."),
        };
    }

    private async Task ReceiveAsync(LinkReceiver receiver, LinkSender sender, LinkTerms terms, CancellationToken cancellationToken)
    {
        while (await ReadAsync(receiver, cancellationToken) is { } frame)
        {
            switch (frame)
            {
                case DownFrame.HeartbeatSeen seen:
                    Acknowledge(terms, seen.SentAt);
                    break;
                case DownFrame.Credit credit:
                    sender.Credit(credit.Frames, credit.Bytes);
                    break;
                case DownFrame.Refused refused:
                    throw new UplinkRefusedException(refused.Reason);
                case DownFrame.Welcome:
                    throw new InvalidDataException("it greeted twice.");
                default:
                    _onEvent!(new UplinkEvent.Received(frame));
                    break;
            }
        }
    }

    private static async ValueTask<DownFrame?> ReadAsync(LinkReceiver receiver, CancellationToken cancellationToken)
    {
        while (await receiver.ReadAsync(cancellationToken) is { } bytes)
        {
            if (LinkCodec.DecodeDown(bytes.Span) is { } frame)
            {
                return frame;
            }
        }

        return null;
    }

    /// <summary>A loop of its own: however much there is to send, and however slowly it is dealt with, the node does not look dead.</summary>
    private async Task BeatAsync(LinkSender sender, LinkReceiver receiver, LinkTerms terms, CancellationTokenSource ending)
    {
        using var timer = new PeriodicTimer(terms.Heartbeat, time);
        try
        {
            do
            {
                sender.Post(LinkCodec.Encode(new UpFrame.Heartbeat(BootClock.Now)), urgent: true);
                if (receiver.Silent > LinkProtocol.SilenceFor(terms.Heartbeat, terms.FenceAfter))
                {
                    await ending.CancelAsync();
                }
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The link has ended.
        }
    }

    private static async Task SendAsync(LinkSender sender, CancellationTokenSource ending)
    {
        try
        {
            await sender.RunAsync(ending.Token);
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException)
        {
            await ending.CancelAsync();
        }
    }

    private static string ReasonOf(Exception broken) => broken switch
    {
        OperationCanceledException => "it did not answer in time.",
        WebSocketException { InnerException: { } inner } => inner.InnerException?.Message ?? inner.Message,
        _ => broken.Message,
    };
}

/// <summary>A frontend takes no link; the message is a sentence for people.</summary>
public sealed class UplinkRefusedException(string message) : Exception(message);
