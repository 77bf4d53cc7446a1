using System.Collections.Concurrent;
using Dpu.Domain.Execution;
using Dpu.Keeper.Native;
using Dpu.Keeper.Node;
using Dpu.Keeper.Protocol;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>A keeper from before there were leases: good enough for a node of its own, not for one of a cluster.</summary>
public sealed class OlderKeeperTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("dpu-keeper-").FullName;
    private readonly BlockingCollection<string> _said = [];
    private readonly BlockingCollection<LauncherEvent> _events = [];
    private readonly int _listener;
    private volatile bool _stopped;

    public OlderKeeperTests()
    {
        var directory = new KeeperDirectory(_data);
        directory.Create();
        _listener = UnixSocket.Listen(directory.Node, KeeperDirectory.SocketName);
        new Thread(Answer) { IsBackground = true }.Start();
    }

    public void Dispose()
    {
        _stopped = true;
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task It_is_not_used_by_a_node_that_has_a_lease_and_that_is_said_once()
    {
        await using var launcher = Launcher();
        launcher.Lease(TimeSpan.Zero);
        launcher.Connect(events => events.ToList().ForEach(_events.Add));

        Take(_said).ShouldBe(
            "The keeper (process 4711, dpu 0.1.0) is from a release whose keepers cannot end what they run when the node is cut off, so it is not used for a node of a cluster. " +
            "Let the release that started it finish its 0 recipes, or end them with 'kill 4711'.");
        _events.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_is_used_by_one_without_until_that_has_one()
    {
        await using var launcher = Launcher();
        launcher.Connect(events => events.ToList().ForEach(_events.Add));
        Take(_events).ShouldBeOfType<LauncherEvent.Connected>();

        launcher.Lease(TimeSpan.FromHours(1));

        Take(_events).ShouldBe(new LauncherEvent.Disconnected("the keeper knows no leases"));
        Take(_said).ShouldStartWith("The keeper (process 4711, dpu 0.1.0) is from a release");
    }

    private static T Take<T>(BlockingCollection<T> from)
    {
        from.TryTake(out var item, TestKeeper.Patience).ShouldBeTrue();
        return item!;
    }

    private KeeperLauncher Launcher() => new(_data, new KeeperCommand("/bin/false", []), TimeProvider.System, _said.Add);

    /// <summary>Welcomes whoever comes, as it was done then: without a word on what it can do.</summary>
    private unsafe void Answer()
    {
        while (!_stopped)
        {
            var entry = new PollEntry { Descriptor = _listener, Wanted = 1 };
            if (Libc.Poll(&entry, 1, 100) > 0 && UnixSocket.Accept(_listener) is var service and >= 0)
            {
                var writer = new FrameWriter();
                writer.Begin(FrameKind.Welcome);
                writer.UInt16(ProtocolFacts.Version);
                writer.Guid(new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]));
                writer.Int32(4711);
                writer.Text("0.1.0");
                writer.Int32(0);
                writer.End();
                UnixSocket.Send(service, writer.Written);
            }
        }

        Descriptors.Close(_listener);
    }
}
