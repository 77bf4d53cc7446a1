using Dpu.Domain.Execution;
using Dpu.Keeper.Native;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>A node that is cut off ends its recipes when its lease runs out, whoever is dead or frozen then.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly AttemptLimits ShortGrace = TestKeeper.NoLimits with { KillGrace = TimeSpan.FromMilliseconds(200) };
    private readonly BootTimeProvider _clock = new();
    private readonly TestKeeper _keeper = new();

    private TimeSpan Now => _clock.GetElapsedTime(0);

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task When_it_runs_out_every_recipe_is_ended_also_one_that_ignores_SIGTERM()
    {
        var obedient = await _keeper.StartUntilAsync("echo ready; exec sleep 1000", "ready\n");
        var stubborn = await _keeper.StartUntilAsync("trap '' TERM; echo ready; while :; do sleep 1000; done", "ready\n", ShortGrace);
        var until = Now + Short;
        _keeper.Launcher.Lease(until);

        var first = (await _keeper.ResultAsync(obedient.Attempt)).Exit;
        Now.ShouldBeGreaterThanOrEqualTo(until);
        var second = (await _keeper.ResultAsync(stubborn.Attempt)).Exit;
        Now.ShouldBeGreaterThanOrEqualTo(until + ShortGrace.KillGrace - TimeSpan.FromMilliseconds(5));

        (first.Reason, first.ExitCode, first.Signal).ShouldBe((EndReason.Fenced, null, Signals.Terminate));
        (second.Reason, second.ExitCode, second.Signal).ShouldBe((EndReason.Fenced, null, Signals.Kill));
    }

    [Fact]
    public async Task A_later_one_replaces_it_and_an_earlier_one_does_not()
    {
        var until = Now + Short;
        _keeper.Launcher.Lease(until);
        _keeper.Launcher.Lease(Now + Long);
        _keeper.Launcher.Lease(Now);
        var request = await _keeper.StartUntilAsync("echo ready; exec sleep 1", "ready\n");

        var exit = (await _keeper.ResultAsync(request.Attempt)).Exit;

        Now.ShouldBeGreaterThan(until);
        (exit.Reason, exit.ExitCode).ShouldBe((EndReason.Exited, 0));
    }

    [Fact]
    public async Task The_keeper_ends_them_without_any_service_and_the_next_one_hears_it()
    {
        var incarnation = (await _keeper.ConnectedAsync()).Incarnation;
        var request = await _keeper.StartUntilAsync("echo ready; exec sleep 1000", "ready\n");
        var pid = (await _keeper.WaitAsync<LauncherEvent.Started>(e => e.Attempt == request.Attempt)).Pid;
        _keeper.Launcher.Lease(Now + Short);

        // Answered by the keeper behind the lease, so that it has that when the service goes.
        await _keeper.RunAsync("true");
        await _keeper.DropServiceAsync();
        TestKeeper.AwaitGone(pid);
        _keeper.Reconnect();

        (await _keeper.ConnectedAsync()).Incarnation.ShouldBe(incarnation);
        (await _keeper.ResultAsync(request.Attempt)).Exit.Reason.ShouldBe(EndReason.Fenced);
    }

    [Fact]
    public async Task Nothing_is_started_after_it_until_a_later_one_comes()
    {
        _keeper.Launcher.Lease(TimeSpan.Zero);
        var late = await _keeper.RunAsync("touch started");
        _keeper.Launcher.Lease(Now + Long);
        var next = await _keeper.RunAsync("ls");

        (late.Exit.Reason, late.Exit.ExitCode, late.Exit.Signal, late.Exit.OutputBytes).ShouldBe((EndReason.Fenced, null, null, 0));
        late.Events.ShouldHaveSingleItem();
        (next.Exit.ExitCode, next.Out).ShouldBe((0, ""));
    }

    [Fact]
    public async Task A_keeper_that_is_started_anew_has_the_lease_of_its_service()
    {
        _keeper.Launcher.Lease(TimeSpan.Zero);
        var first = (await _keeper.ConnectedAsync()).Incarnation;
        _keeper.KillKeeper();
        await _keeper.WaitAsync<LauncherEvent.Connected>(e => e.Incarnation != first);

        (await _keeper.RunAsync("touch started")).Exit.Reason.ShouldBe(EndReason.Fenced);
    }

    [Fact]
    public async Task A_keeper_that_was_frozen_over_its_end_looks_first_at_the_clock_then_at_what_it_is_asked()
    {
        var before = await _keeper.StartUntilAsync("trap '' TERM; echo ready; while :; do sleep 1000; done", "ready\n", ShortGrace);
        var until = Now + Short;
        _keeper.Launcher.Lease(until);
        await _keeper.RunAsync("true");
        Freeze();
        var under = _keeper.Shell("touch under");
        var after = _keeper.Shell("echo after");
        _keeper.Launcher.Start([under]);
        _keeper.Launcher.Lease(until + Long);
        _keeper.Launcher.Start([after]);
        Await(until + ShortGrace.KillGrace);
        Signal(Signals.Continue);

        // Before the next lease there was nothing to run under; with it, what had been running is not forgiven.
        (await _keeper.ResultAsync(before.Attempt)).Exit.Reason.ShouldBe(EndReason.Fenced);
        (await _keeper.ResultAsync(under.Attempt)).Exit.Reason.ShouldBe(EndReason.Fenced);
        (await _keeper.ResultAsync(after.Attempt)).Out.ShouldBe("after\n");
        File.Exists(Path.Combine(_keeper.WorkDirectory, "under")).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_any_there_is_no_fence()
    {
        var exit = (await _keeper.RunAsync("true")).Exit;
        (exit.Reason, exit.ExitCode).ShouldBe((EndReason.Exited, 0));
    }

    private void Signal(int number) => Libc.Kill(_keeper.Launcher.KeeperProcessId.ShouldNotBeNull(), number).ShouldBe(0);

    /// <summary>A signal stops a process thread by thread: all of them must have.</summary>
    private void Freeze()
    {
        Signal(Signals.Stop);
        while (Directory.EnumerateDirectories($"/proc/{_keeper.Launcher.KeeperProcessId}/task")
            .Any(thread => !File.ReadAllText(Path.Combine(thread, "status")).Contains("State:\tT", StringComparison.Ordinal)))
        {
            Thread.Yield();
        }
    }

    private static unsafe void Await(TimeSpan at)
    {
        using var timer = new BootTimer();
        timer.Set(at);
        var entry = new PollEntry { Descriptor = timer.Descriptor, Wanted = 1 };
        Libc.Poll(&entry, 1, (int)TestKeeper.Patience.TotalMilliseconds).ShouldBe(1);
    }
}
