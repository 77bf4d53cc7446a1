using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Kernel;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Links;

/// <summary>Both sides of a link over real sockets: what each of them does for the other, and what it does not let a hostile or slow one do.</summary>
public sealed class WebSocketLinkTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly UpFrame.Hello Hello = new(LinkProtocol.Version, LinkProtocol.OldestVersion, "0.1.0", Guid.Empty);

    private readonly Heard _frontend = new();
    private readonly CancellationTokenSource _end = new();
    private SocketPair _sockets = null!;

    public async Task InitializeAsync() => _sockets = await SocketPair.OpenAsync();

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        _sockets.Dispose();
    }

    public void Dispose() => _end.Dispose();

    [Fact]
    public async Task A_link_stands_when_its_first_heartbeat_was_acknowledged()
    {
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        await using var node = new Node(_sockets.Client);

        (await _frontend.NextAsync<RemoteNodesMessage.Greeted>()).Hello.ShouldBe(Hello);
        down.Send(new DownFrame.Welcome(Given.Terms));
        down.Send(new DownFrame.EndTasks([Given.Attempt(0)]));

        (await node.NextAsync()).ShouldBe(new UplinkEvent.Connected(Given.Terms));
        var lease = node.Leases.First();
        (lease.Until - Given.Terms.FenceAfter).ShouldBeInRange(TimeSpan.Zero, BootClock.Now);
        lease.Lapsed.ShouldBeFalse();
        await _end.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task What_is_refused_is_told_with_its_reason_and_another_link_is_tried()
    {
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        await using var node = new Node(_sockets.Client);
        await _frontend.NextAsync<RemoteNodesMessage.Greeted>();

        down.Send(new DownFrame.Refused("A node named 'n1' is connected already.", Final: false));
        down.Close("refused");

        (await node.NextAsync()).ShouldBeOfType<UplinkEvent.Disconnected>().Reason.ShouldContain("connected already");
        await serving;
        await node.TriedAgain.Task.WaitAsync(Long);
    }

    [Fact]
    public async Task A_node_sends_no_more_than_it_was_granted_and_the_rest_when_that_is_dealt_with()
    {
        const int Frames = LinkProtocol.UnhandledFramesMax * 3;
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        await using var node = new Node(_sockets.Client);
        await _frontend.NextAsync<RemoteNodesMessage.Greeted>();
        down.Send(new DownFrame.Welcome(Given.Terms));
        await node.NextAsync();

        for (var number = 0; number < Frames; number++)
        {
            node.Send(new UpFrame.Claim([Given.Attempt(number)]));
        }

        for (var number = 0; number < Frames; number++)
        {
            var said = await _frontend.NextAsync<RemoteNodesMessage.Said>();
            ((UpFrame.Claim)said.Received.Frame).Attempts.ShouldBe([Given.Attempt(number)]);
            _frontend.Waiting.ShouldBeLessThan(LinkProtocol.UnhandledFramesMax);
            down.Handled(said.Received);
        }

        await _end.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_node_that_sends_more_than_it_was_granted_is_cut_off()
    {
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        await SendAsync(Hello);

        try
        {
            for (var number = 0; number < LinkProtocol.UnhandledFramesMax * 10; number++)
            {
                await SendAsync(new UpFrame.NotReady("flood"));
            }
        }
        catch (WebSocketException)
        {
            // It was cut off in the middle.
        }

        (await serving.WaitAsync(Long)).ShouldContain("more than it was granted");
        _frontend.Waiting.ShouldBeLessThanOrEqualTo(LinkProtocol.UnhandledFramesMax + 2);
    }

    [Fact]
    public async Task A_node_that_does_not_read_is_cut_off_before_much_waits_for_it()
    {
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        await SendAsync(Hello);
        var page = new byte[1 << 20];
        new Random(1).NextBytes(page);
        var reason = Convert.ToBase64String(page);

        for (var number = 0; number < 2 * LinkProtocol.UnsentBytesMax / page.Length && !serving.IsCompleted; number++)
        {
            down.Send(new DownFrame.LogsStored(number, reason));
        }

        (await serving.WaitAsync(Long)).ShouldContain("does not read");
    }

    [Theory]
    [InlineData("greets twice")]
    [InlineData("does not greet")]
    [InlineData("sends text")]
    [InlineData("sends too long a frame")]
    [InlineData("sends rubbish")]
    public async Task A_node_that_breaks_the_protocol_is_cut_off(string how)
    {
        using var down = Downlink(Long);
        var serving = down.RunAsync(_end.Token);
        switch (how)
        {
            case "greets twice":
                await SendAsync(Hello);
                await SendAsync(Hello);
                break;
            case "does not greet":
                await SendAsync(new UpFrame.NotReady(""));
                break;
            case "sends text":
                await _sockets.Client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, _end.Token);
                break;
            case "sends rubbish":
                await _sockets.Client.SendAsync(new byte[] { 5, 1, 2, 3 }, WebSocketMessageType.Binary, true, _end.Token);
                break;
            default:
                await SendTooMuchAsync();
                break;
        }

        (await serving.WaitAsync(Long)).ShouldStartWith("the node breaks the protocol");
        (await _frontend.NextAsync<RemoteNodesMessage.Closed>()).Link.ShouldBe(down);
    }

    [Fact]
    public async Task A_node_of_which_nothing_comes_is_taken_for_gone()
    {
        using var down = Downlink(TimeSpan.FromMilliseconds(200));
        var serving = down.RunAsync(_end.Token);
        await SendAsync(Hello);

        (await serving.WaitAsync(Long)).ShouldContain("nothing came");

        (await _frontend.NextAsync<RemoteNodesMessage.Closed>()).Silent.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(200));
    }

    private WebSocketDownlink Downlink(TimeSpan silence) => new(_sockets.Server, "n1", _frontend, silence, TimeProvider.System);

    private Task SendAsync(UpFrame frame) => _sockets.Client.SendAsync(LinkCodec.Encode(frame), WebSocketMessageType.Binary, true, _end.Token);

    private async Task SendTooMuchAsync()
    {
        try
        {
            for (var sent = 0; sent <= LinkProtocol.FrameBytesMax; sent += 1 << 20)
            {
                await _sockets.Client.SendAsync(new byte[1 << 20], WebSocketMessageType.Binary, false, _end.Token);
            }
        }
        catch (WebSocketException)
        {
            // It was cut off in the middle.
        }
    }

    /// <summary>What the frontend's actor would hear.</summary>
    private sealed class Heard : IActorRef<RemoteNodesMessage>
    {
        private readonly Channel<RemoteNodesMessage> _messages = Channel.CreateUnbounded<RemoteNodesMessage>();

        public ActorPath Path { get; } = new("/nodes");

        public int Waiting => _messages.Reader.Count;

        public void Tell(RemoteNodesMessage message) => _messages.Writer.TryWrite(message);

        public bool TryTell(RemoteNodesMessage message) => _messages.Writer.TryWrite(message);

        /// <summary>The next message of its kind; others are left out.</summary>
        public async Task<T> NextAsync<T>()
            where T : RemoteNodesMessage
        {
            using var limit = new CancellationTokenSource(Long);
            while (true)
            {
                if (await _messages.Reader.ReadAsync(limit.Token) is T wanted)
                {
                    return wanted;
                }
            }
        }
    }

    /// <summary>A node whose first link goes over a given socket; no other one comes about.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly Channel<UplinkEvent> _events = Channel.CreateUnbounded<UplinkEvent>();
        private readonly WebSocketUplink _uplink;
        private int _tries;

        public Node(WebSocket socket)
        {
            _uplink = new WebSocketUplink(
                new UplinkSettings(
                    [new Uri("http://127.0.0.1:1")],
                    Hello,
                    async (_, stopping) =>
                    {
                        if (Interlocked.Increment(ref _tries) == 1)
                        {
                            return socket;
                        }

                        TriedAgain.TrySetResult();
                        await Task.Delay(Timeout.Infinite, stopping);
                        return socket;
                    },
                    _ => null),
                TimeProvider.System,
                new Random(1));
            _uplink.Connect(@event =>
            {
                if (@event is UplinkEvent.Leased leased)
                {
                    Leases.Enqueue(leased);
                }
                else
                {
                    _events.Writer.TryWrite(@event);
                }
            });
        }

        public TaskCompletionSource TriedAgain { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>As heartbeats were acknowledged.</summary>
        public ConcurrentQueue<UplinkEvent.Leased> Leases { get; } = [];

        public void Send(UpFrame frame) => _uplink.Send(frame);

        public async Task<UplinkEvent> NextAsync()
        {
            using var limit = new CancellationTokenSource(Long);
            return await _events.Reader.ReadAsync(limit.Token);
        }

        public ValueTask DisposeAsync() => _uplink.DisposeAsync();
    }
}
