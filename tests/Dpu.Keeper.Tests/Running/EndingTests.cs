using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Running;

/// <summary>How attempts end: nothing that a recipe starts outlives it, whatever it does to get away.</summary>
public sealed class EndingTests(SharedKeeper shared) : IClassFixture<SharedKeeper>
{
    private static readonly AttemptLimits ShortGrace = TestKeeper.NoLimits with { KillGrace = TimeSpan.FromMilliseconds(200) };

    /// <summary>Long enough that no test passes because it ended by itself.</summary>
    private const string Forever = "sleep 1000";

    private readonly TestKeeper _keeper = shared.Keeper;

    [Fact]
    public async Task A_cancelled_recipe_gets_SIGTERM_first()
    {
        var request = await _keeper.StartUntilAsync("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done", "ready\n");
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);

        var result = await _keeper.ResultAsync(request.Attempt);
        (result.Exit.Reason, result.Exit.ExitCode).ShouldBe((EndReason.Cancelled, 3));
        result.Out.ShouldBe("ready\nbye\n");
    }

    [Fact]
    public async Task One_that_ignores_SIGTERM_gets_SIGKILL_after_its_grace()
    {
        var request = await _keeper.StartUntilAsync($"trap '' TERM; echo ready; while :; do {Forever}; done", "ready\n", ShortGrace);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);

        var exit = (await _keeper.ResultAsync(request.Attempt)).Exit;
        (exit.Reason, exit.Signal).ShouldBe((EndReason.Cancelled, 9));
        (exit.EndedAt - exit.StartedAt).ShouldBeGreaterThan(ShortGrace.KillGrace);
    }

    [Fact]
    public async Task The_wall_time_ends_it()
    {
        var exit = (await _keeper.RunAsync(Forever, TestKeeper.NoLimits with { WallTime = TimeSpan.FromMilliseconds(300) })).Exit;
        (exit.Reason, exit.Signal).ShouldBe((EndReason.WallTime, 15));
        (exit.EndedAt - exit.StartedAt).TotalMilliseconds.ShouldBeGreaterThan(290);
    }

    [Fact]
    public async Task The_memory_of_the_whole_tree_is_limited()
    {
        // Neither of the two passes the limit alone.
        const string script = "hold() { (head -c 50000000 /dev/zero; sleep 1000) | tail -c 50000000 > /dev/null; }; hold & hold & wait";
        var exit = (await _keeper.RunAsync(script, ShortGrace with { MemoryBytes = 80_000_000 })).Exit;
        exit.Reason.ShouldBe(EndReason.Memory);
        exit.MaxRssBytes.ShouldBeGreaterThan(80_000_000);
    }

    [Fact]
    public async Task The_first_reason_counts()
    {
        var request = await _keeper.StartUntilAsync($"trap '' TERM; echo ready; while :; do {Forever}; done", "ready\n", ShortGrace);
        _keeper.Launcher.End(request.Attempt, EndReason.Memory);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        (await _keeper.ResultAsync(request.Attempt)).Exit.Reason.ShouldBe(EndReason.Memory);
    }

    [Fact]
    public async Task An_end_that_comes_before_the_process_ends_it_too()
    {
        var request = _keeper.Shell(Forever);
        await _keeper.ConnectedAsync();
        _keeper.Launcher.Start([request]);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        (await _keeper.ResultAsync(request.Attempt)).Exit.Reason.ShouldBe(EndReason.Cancelled);
    }

    [Theory]
    [InlineData("a child in the background", "sh -c 'echo $$ > @PID@; exec sleep 1000' &")]
    [InlineData("one that holds no output", "sh -c 'echo $$ > @PID@; exec sleep 1000' > /dev/null 2>&1 &")]
    [InlineData("one in a session of its own", "setsid sh -c 'echo $$ > @PID@; exec sleep 1000' &")]
    [InlineData("one that ignores SIGTERM", "(trap '' TERM; setsid sh -c 'echo $$ > @PID@; while :; do sleep 1000; done') &")]
    [InlineData("one without its hang-up", "nohup sh -c 'echo $$ > @PID@; exec sleep 1000' > /dev/null 2>&1 &")]
    [InlineData("a daemon that forked twice", "(setsid sh -c 'sh -c \"echo \\$\\$ > @PID@; exec sleep 1000\" &' &) > /dev/null 2>&1 < /dev/null")]
    [InlineData("a daemon with a cleared environment", "(env -i setsid sh -c 'echo $$ > @PID@; exec sleep 1000' &) > /dev/null 2>&1 < /dev/null")]
    [InlineData("a daemon that ignores everything", "(trap '' TERM HUP INT; env -i setsid sh -c 'echo $$ > @PID@; while :; do sleep 1000; done' &) > /dev/null 2>&1 < /dev/null")]
    [InlineData("one that changed its limits", "prlimit --rttime=unlimited setsid sh -c 'echo $$ > @PID@; exec sleep 1000' &")]
    public async Task Nothing_that_a_recipe_leaves_behind_outlives_it(string what, string start)
    {
        var file = $"pid-{Guid.NewGuid():N}";
        var script = start.Replace("@PID@", file, StringComparison.Ordinal);
        var result = await _keeper.RunAsync($"{script}\nwhile [ ! -s {file} ]; do sleep 0.01; done; echo done", ShortGrace);

        result.Out.ShouldBe("done\n", what);
        (result.Exit.Reason, result.Exit.ExitCode).ShouldBe((EndReason.Exited, 0));
        TestKeeper.IsAlive(_keeper.ReadPid(file)).ShouldBeFalse(what);
    }

    [Fact]
    public async Task One_that_shed_every_mark_is_ended_soon()
    {
        var file = $"pid-{Guid.NewGuid():N}";
        await _keeper.RunAsync(
            $"(env -i prlimit --rttime=unlimited setsid sh -c 'echo $$ > {file}; exec sleep 1000' &) > /dev/null 2>&1 < /dev/null; while [ ! -s {file} ]; do sleep 0.01; done");
        TestKeeper.AwaitGone(_keeper.ReadPid(file));
    }

    [Fact]
    public async Task A_recipe_that_closes_its_output_runs_on()
    {
        Fifo.Make(_keeper.WorkDirectory, "closed");
        var request = await _keeper.StartAsync(_keeper.Shell("echo before; exec > /dev/null 2>&1; read x < closed; exit 4"));
        await _keeper.OutputAsync(request.Attempt, "before\n");
        Fifo.Write(_keeper.WorkDirectory, "closed", "go");
        (await _keeper.ResultAsync(request.Attempt)).Exit.ExitCode.ShouldBe(4);
    }

    [Fact]
    public async Task What_background_children_print_while_they_end_comes_before_the_exit()
    {
        var result = await _keeper.RunAsync("sh -c 'trap \"echo last; exit\" TERM; echo up; while :; do sleep 0.05; done' & read x < /dev/null; while ! grep -q T /proc/$!/status; do :; done; sleep 0.3; echo leader");
        result.Out.ShouldEndWith("leader\nlast\n");
        result.Last.ShouldBeOfType<LauncherEvent.Exited>();
        result.Last.SequenceNr.ShouldBe(result.Events.Max(e => e.SequenceNr));
    }

    [Fact]
    public async Task A_fork_bomb_of_daemons_is_ended()
    {
        // Each round leaves a daemon without an environment, and its TERM handler leaves one more.
        var request = await _keeper.StartUntilAsync(
            "for i in 1 2 3 4 5 6 7 8; do (env -i setsid sh -c 'trap \"\" TERM; (sleep 1000 &); sleep 1000 & wait' &) > /dev/null 2>&1; done; sleep 0.3; echo up; wait; sleep 1000",
            "up\n",
            ShortGrace);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        (await _keeper.ResultAsync(request.Attempt)).Exit.Reason.ShouldBe(EndReason.Cancelled);

        var marker = _keeper.Events.OfType<LauncherEvent.Started>().Single(e => e.Attempt == request.Attempt).Pid;
        Survivors(marker).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_recipe_can_be_ended()
    {
        // Said by a child once the shell has stopped: before that a SIGTERM would end it.
        var request = await _keeper.StartUntilAsync(
            "(while ! grep -q '^State:.T' /proc/$$/status; do :; done; echo ready) & kill -STOP $$", "ready\n", ShortGrace);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        (await _keeper.ResultAsync(request.Attempt)).Exit.Signal.ShouldBe(9);
    }

    /// <summary>Sleepers whose parent is the keeper or whose session began after the recipe: none may be there.</summary>
    private List<int> Survivors(int recipe)
    {
        var keeper = _keeper.Launcher.KeeperProcessId;
        return Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(pid => Processes.ProcFiles.State(pid) is { IsDead: false } state && (state.Session == recipe || (state.Parent == keeper && Processes.ProcFiles.Name(pid) == "sleep")))
            .ToList();
    }
}
