using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>The keeper goes; the next one ends what it ran before it answers anybody.</summary>
public sealed class KeeperLossTests : IAsyncLifetime
{
    private readonly TestKeeper _keeper = new();

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Theory]
    [InlineData("the recipe itself", "echo $$ > pid; echo up; exec sleep 1000")]
    [InlineData("a daemon without an environment", "(env -i setsid sh -c 'trap \"\" TERM; echo $$ > pid; while :; do sleep 1000; done' &) > /dev/null 2>&1; while [ ! -s pid ]; do sleep 0.01; done; echo up; exec sleep 1000")]
    [InlineData("one that changed its limits", "prlimit --rttime=unlimited sh -c 'echo $$ > pid; exec sleep 1000' & while [ ! -s pid ]; do sleep 0.01; done; echo up; wait")]
    public async Task What_a_killed_keeper_ran_is_gone_when_the_next_one_answers(string what, string script)
    {
        var first = (await _keeper.ConnectedAsync()).Incarnation;
        await _keeper.StartUntilAsync(script, "up\n");
        var orphan = _keeper.ReadPid("pid");

        _keeper.KillKeeper();
        await _keeper.WaitAsync<LauncherEvent.Disconnected>(_ => true);
        var next = await _keeper.WaitAsync<LauncherEvent.Connected>(e => e.Incarnation != first);

        TestKeeper.IsAlive(orphan).ShouldBeFalse(what);
        next.Attempts.ShouldBeEmpty();
        (await _keeper.RunAsync("echo again")).Out.ShouldBe("again\n");
    }

    [Fact]
    public async Task When_both_die_the_next_keeper_ends_what_they_ran()
    {
        await _keeper.StartUntilAsync("echo $$ > pid; echo up; exec sleep 1000", "up\n");
        var orphan = _keeper.ReadPid("pid");
        var first = await _keeper.ConnectedAsync();
        _keeper.KillKeeper();
        await _keeper.DropServiceAsync();
        _keeper.Reconnect();

        var next = await _keeper.ConnectedAsync();
        TestKeeper.IsAlive(orphan).ShouldBeFalse();
        next.Incarnation.ShouldNotBe(first.Incarnation);
    }

    [Fact]
    public async Task Numbers_of_the_next_keeper_are_above_all_of_the_last()
    {
        // An acknowledgement that was meant for the old one can then do no harm to the new one's reports.
        var before = await _keeper.RunAsync("true");
        _keeper.KillKeeper();
        await _keeper.WaitAsync<LauncherEvent.Disconnected>(_ => true);
        var first = await _keeper.ConnectedAsync();
        await _keeper.WaitAsync<LauncherEvent.Connected>(e => e.Incarnation != first.Incarnation);
        var after = await _keeper.RunAsync("true");
        after.Events[0].SequenceNr.ShouldBeGreaterThan(before.Last.SequenceNr);
    }

    [Fact]
    public async Task Processes_of_another_data_directory_are_left_alone()
    {
        await using var other = new TestKeeper();
        var request = await other.StartUntilAsync("echo up; sleep 1000", "up\n");
        _keeper.KillKeeper();
        var first = await _keeper.ConnectedAsync();
        await _keeper.WaitAsync<LauncherEvent.Connected>(e => e.Incarnation != first.Incarnation);

        other.Events.OfType<LauncherEvent.Exited>().ShouldBeEmpty();
        other.Launcher.End(request.Attempt, EndReason.Cancelled);
        (await other.ResultAsync(request.Attempt)).Exit.Reason.ShouldBe(EndReason.Cancelled);
    }

    [Fact]
    public async Task Two_services_that_start_at_once_get_the_same_keeper()
    {
        var (one, two) = (new TaskCompletionSource<Guid>(), new TaskCompletionSource<Guid>());
        var data = Path.Combine(_keeper.WorkDirectory, "new");
        var command = new KeeperCommand(TestKeeper.HostProgram, ["keeper", "--idle-seconds", "1"]);
        await using var first = new KeeperLauncher(data, command, TimeProvider.System, _ => { });
        await using var second = new KeeperLauncher(data, command, TimeProvider.System, _ => { });
        first.Connect(events => events.OfType<LauncherEvent.Connected>().ToList().ForEach(e => one.TrySetResult(e.Incarnation)));
        second.Connect(events => events.OfType<LauncherEvent.Connected>().ToList().ForEach(e => two.TrySetResult(e.Incarnation)));

        (await one.Task.WaitAsync(TestKeeper.Patience)).ShouldBe(await two.Task.WaitAsync(TestKeeper.Patience));
    }

    [Fact]
    public async Task A_directory_with_a_long_path_will_do()
    {
        var deep = Path.Combine(_keeper.WorkDirectory, string.Join('/', Enumerable.Repeat("a-rather-long-directory-name", 8)));
        Directory.CreateDirectory(deep);
        await using var keeper = new TestKeeper(deep);
        (await keeper.RunAsync("echo here")).Out.ShouldBe("here\n");
    }

    [Fact]
    public async Task A_keeper_that_is_told_to_end_ends_its_recipes_first()
    {
        await _keeper.StartUntilAsync("echo $$ > pid; echo up; exec sleep 1000", "up\n");
        var (recipe, keeper) = (_keeper.ReadPid("pid"), _keeper.Launcher.KeeperProcessId.ShouldNotBeNull());
        await _keeper.DropServiceAsync();
        Native.Libc.Kill(keeper, Native.Signals.Terminate).ShouldBe(0);
        TestKeeper.AwaitGone(keeper);
        TestKeeper.IsAlive(recipe).ShouldBeFalse();
    }

    /// <summary>As a batch system and a shutdown do it: everybody is told, and recipes are dead first.</summary>
    [Theory]
    [InlineData("exec sleep 1000", null, 15)]
    [InlineData("trap 'exit 143' TERM; while :; do sleep 0.05; done", 143, null)]
    public async Task A_recipe_that_is_told_to_end_together_with_its_keeper_was_evicted(string wait, int? code, int? signal)
    {
        var request = await _keeper.StartUntilAsync($"echo $$ > pid; echo up; {wait}", "up\n");
        var keeper = _keeper.Launcher.KeeperProcessId.ShouldNotBeNull();
        Native.Libc.Kill(_keeper.ReadPid("pid"), Native.Signals.Terminate).ShouldBe(0);
        Native.Libc.Kill(keeper, Native.Signals.Terminate).ShouldBe(0);

        var exit = (await _keeper.ResultAsync(request.Attempt)).Exit;
        (exit.Reason, exit.ExitCode, exit.Signal).ShouldBe((EndReason.Evicted, code, signal));
    }

    [Fact]
    public async Task A_recipe_that_somebody_else_ends_ended_by_itself()
    {
        var request = await _keeper.StartUntilAsync("echo $$ > pid; echo up; exec sleep 1000", "up\n");
        Native.Libc.Kill(_keeper.ReadPid("pid"), Native.Signals.Terminate).ShouldBe(0);

        var exit = (await _keeper.ResultAsync(request.Attempt)).Exit;
        (exit.Reason, exit.Signal).ShouldBe((EndReason.Exited, 15));
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_said_and_tried_again()
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var data = Path.Combine(_keeper.WorkDirectory, "none");
        await using var launcher = new KeeperLauncher(data, new KeeperCommand("/no/such/keeper", []), TimeProvider.System, line => said.TrySetResult(line));
        launcher.Connect(_ => { });
        (await said.Task.WaitAsync(TestKeeper.Patience)).ShouldBe("Cannot start the keeper: The program '/no/such/keeper' does not exist.");
    }
}
