using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

public sealed class OtherKeeperTests : IAsyncLifetime
{
    private readonly TestKeeper _keeper = new();

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task What_was_meant_for_another_keeper_is_neither_started_nor_forgotten()
    {
        var other = Guid.NewGuid();
        var first = await _keeper.RunAsync("echo text");
        var meantForOther = _keeper.Shell("echo never");

        _keeper.Launcher.Start(other, [meantForOther]);
        _keeper.Launcher.Acknowledge(other, first.Last.SequenceNr);

        // Requests are read in order: an answer to a later one shows that the earlier ones were read.
        var second = await _keeper.RunAsync("true");
        _keeper.Events.OfType<LauncherEvent.Numbered>().ShouldAllBe(e => e.Attempt != meantForOther.Attempt);
        await _keeper.DropServiceAsync();
        _keeper.Reconnect();
        (await _keeper.ConnectedAsync()).Attempts.ShouldBe([first.Attempt, second.Attempt], ignoreOrder: true);
    }
}
