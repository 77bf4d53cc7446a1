using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Protocol;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>
/// A service that is replaced while its requests are still on their way: what the new one is not told of must never run, or an attempt
/// that the new one gave up would run beside its successor.
/// </summary>
public sealed class ReplacementTests : IAsyncLifetime
{
    private readonly TestKeeper _keeper = new();

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task What_the_new_service_is_not_told_of_never_runs()
    {
        var keeper = _keeper.Launcher.KeeperProcessId.ShouldNotBeNull();
        await _keeper.DropServiceAsync();
        var old = Greeted();

        // While the keeper is stopped the old service sends as much as the socket takes, and then the new one calls.
        Libc.Kill(keeper, 19).ShouldBe(0);
        var asked = SendStarts(old);
        _keeper.Reconnect();
        Libc.Kill(keeper, 18).ShouldBe(0);
        var told = (await _keeper.ConnectedAsync()).Attempts.ToHashSet();
        foreach (var attempt in told)
        {
            await _keeper.ResultAsync(attempt);
        }

        // What ran is known by then: a later attempt has come and gone.
        await _keeper.RunAsync("true");
        var ran = _keeper.Events.OfType<LauncherEvent.Started>().Select(e => e.Attempt).Where(asked.Contains).ToHashSet();
        ran.ShouldBe(told, ignoreOrder: true);
        Descriptors.Close(old);
    }

    /// <summary>A connection that the keeper has welcomed.</summary>
    private unsafe int Greeted()
    {
        var socket = UnixSocket.Connect(_keeper.Node, KeeperDirectory.SocketName);
        var writer = new FrameWriter();
        Requests.WriteHello(writer, "0.0.1");
        UnixSocket.Send(socket, writer.Written).ShouldBe(writer.Length);
        var incoming = new FrameBuffer();
        var entry = new PollEntry { Descriptor = socket, Wanted = 1 };
        Libc.Poll(&entry, 1, (int)TestKeeper.Patience.TotalMilliseconds).ShouldBe(1);
        incoming.Fill(socket).ShouldBeTrue();
        incoming.TryTake(out var kind, out _).ShouldBeTrue();
        kind.ShouldBe(FrameKind.Welcome);
        return socket;
    }

    private HashSet<AttemptId> SendStarts(int socket)
    {
        var asked = new HashSet<AttemptId>();
        while (asked.Count < 1000)
        {
            var request = _keeper.Request(["/bin/true", new string('x', 400)]);
            var writer = new FrameWriter();
            Requests.WriteStart(writer, [request], 0, 1);
            if (UnixSocket.Send(socket, writer.Written) < writer.Length)
            {
                break;
            }

            asked.Add(request.Attempt);
        }

        return asked;
    }
}
