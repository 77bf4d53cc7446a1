using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Protocol;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>The keeper's side of the socket, spoken to byte by byte.</summary>
public sealed class GreetingTests(SharedKeeper shared) : IClassFixture<SharedKeeper>
{
    private readonly TestKeeper _keeper = shared.Keeper;

    [Fact]
    public void Another_protocol_version_is_refused_with_a_sentence()
    {
        var (kind, text) = Say(writer =>
        {
            writer.Begin(FrameKind.Hello);
            writer.UInt32(ProtocolFacts.Magic);
            writer.UInt16(99);
            writer.Text("9.9.9");
            writer.End();
        });

        kind.ShouldBe(FrameKind.Refused);
        text.ShouldStartWith($"The keeper (process {_keeper.Launcher.KeeperProcessId}, dpu ");
        text.ShouldContain("speaks protocol 1, this service (dpu 9.9.9) speaks 99.");
    }

    [Fact]
    public async Task Who_does_not_greet_or_speaks_nonsense_is_shown_the_door_and_harms_nobody()
    {
        Say(writer => Requests.WriteQuit(writer)).Kind.ShouldBe(default);
        Say(writer => writer.Bytes("GET / HTTP/1.1\r\n\r\n"u8)).Kind.ShouldBe(default);
        Say(writer =>
        {
            writer.Begin(FrameKind.Hello);
            writer.UInt32(1);
            writer.End();
        }).Kind.ShouldBe(default);
        Say(writer => writer.Int64(-5)).Kind.ShouldBe(default);
        (await _keeper.RunAsync("echo still here")).Out.ShouldBe("still here\n");
    }

    [Fact]
    public void The_socket_is_for_its_owner_only() => File.GetUnixFileMode(_keeper.Node)
        .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    [Fact]
    public async Task A_kind_from_a_newer_service_is_left_out()
    {
        // A keeper of its own: greeting replaces the service that is there.
        await using var own = new TestKeeper();
        await own.ConnectedAsync();
        var (kind, _) = Say(
            writer =>
            {
                Requests.WriteHello(writer, "9.9.9");
                writer.Begin((FrameKind)60);
                writer.Text("something new");
                writer.End();
                Requests.WriteQuit(writer);
            },
            answers: 2,
            own);
        kind.ShouldBeOneOf(FrameKind.Busy, FrameKind.Quitting);
    }

    /// <summary>The last of so many answers; none when the keeper hangs up instead.</summary>
    private (FrameKind Kind, string Text) Say(Action<FrameWriter> write, int answers = 1, TestKeeper? keeper = null)
    {
        var socket = UnixSocket.Connect((keeper ?? _keeper).Node, KeeperDirectory.SocketName);
        socket.ShouldBeGreaterThanOrEqualTo(0);
        try
        {
            var writer = new FrameWriter();
            write(writer);
            UnixSocket.Send(socket, writer.Written).ShouldBe(writer.Length);
            return Read(socket, answers);
        }
        finally
        {
            Descriptors.Close(socket);
        }
    }

    private static unsafe (FrameKind Kind, string Text) Read(int socket, int answers)
    {
        var incoming = new FrameBuffer();
        while (true)
        {
            while (incoming.TryTake(out var kind, out var fields))
            {
                if (--answers == 0)
                {
                    return (kind, fields.Text());
                }
            }

            var entry = new PollEntry { Descriptor = socket, Wanted = 1 };
            Libc.Poll(&entry, 1, (int)TestKeeper.Patience.TotalMilliseconds).ShouldBe(1);
            if (!incoming.Fill(socket))
            {
                return default;
            }
        }
    }
}
