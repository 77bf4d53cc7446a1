using System.Diagnostics;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Native;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Service;

/// <summary>The service goes, in all its ways; recipes and what they print stay.</summary>
public sealed class ServiceLossTests : IAsyncLifetime
{
    private readonly TestKeeper _keeper = new();

    public async Task InitializeAsync() => await _keeper.ConnectedAsync();

    public async Task DisposeAsync() => await _keeper.DisposeAsync();

    [Fact]
    public async Task A_recipe_runs_on_and_the_next_service_hears_everything()
    {
        Fifo.Make(_keeper.WorkDirectory, "gate");
        var first = (await _keeper.ConnectedAsync()).Incarnation;
        var request = await _keeper.StartUntilAsync("echo one; read x < gate; i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done", "one\n");

        await _keeper.DropServiceAsync();
        Fifo.Write(_keeper.WorkDirectory, "gate", "go");
        _keeper.Reconnect();

        var connected = await _keeper.ConnectedAsync();
        connected.Incarnation.ShouldBe(first);
        connected.Attempts.ShouldBe([request.Attempt]);
        var result = await _keeper.ResultAsync(request.Attempt);
        result.Out.ShouldBe("one\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")));
        result.Events.OfType<LauncherEvent.Started>().ShouldHaveSingleItem();
        result.Exit.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Exactly_what_was_not_acknowledged_is_resent()
    {
        var request = _keeper.Shell("echo text");
        var before = await _keeper.RunAsync(request);
        var output = before.Events.OfType<LauncherEvent.Output>().Single();
        _keeper.Launcher.Acknowledge(output.SequenceNr);

        // The answer to a request that was written after it shows that the acknowledgement has been read.
        var second = await _keeper.RunAsync("true");
        await _keeper.DropServiceAsync();
        _keeper.Reconnect();
        await _keeper.ResultAsync(second.Attempt);

        var resent = _keeper.Events.OfType<LauncherEvent.Numbered>().ToList();
        resent[0].ShouldBe(before.Last);
        resent.Select(e => e.SequenceNr).ShouldBe(Enumerable.Range(0, resent.Count).Select(i => output.SequenceNr + 1 + i));
        _keeper.Events[0].ShouldBeOfType<LauncherEvent.Connected>().Attempts.ShouldBe([request.Attempt, second.Attempt], ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_acknowledged_is_forgotten()
    {
        await _keeper.RunAsync("true");
        _keeper.AcknowledgeAll();
        await _keeper.RunAsync("true");
        _keeper.AcknowledgeAll();
        (await _keeper.Launcher.QuitAsync(CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_keeper_that_holds_something_does_not_quit()
    {
        await _keeper.RunAsync("true");
        (await _keeper.Launcher.QuitAsync(CancellationToken.None)).ShouldBeFalse();
        await _keeper.DropServiceAsync();
        _keeper.Reconnect();
        (await _keeper.WaitAsync<LauncherEvent.Exited>(_ => true)).Exit.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_keeper_without_service_and_work_ends_itself()
    {
        var pid = _keeper.Launcher.KeeperProcessId.ShouldNotBeNull();
        await _keeper.DropServiceAsync();
        TestKeeper.AwaitGone(pid);
    }

    [Fact]
    public async Task A_keeper_that_still_has_reports_waits_for_the_next_service()
    {
        var pid = _keeper.Launcher.KeeperProcessId.ShouldNotBeNull();
        var request = _keeper.Shell("sleep 2; echo late");
        await _keeper.StartAsync(request);
        await _keeper.DropServiceAsync();
        _keeper.Reconnect();

        (await _keeper.ResultAsync(request.Attempt)).Out.ShouldBe("late\n");
        _keeper.Launcher.KeeperProcessId.ShouldBe(pid);
    }

    [Fact]
    public async Task A_keeper_whose_directory_was_removed_ends_what_it_runs_and_itself()
    {
        var pid = _keeper.Launcher.KeeperProcessId.ShouldNotBeNull();
        await _keeper.RunAsync("true");
        var request = await _keeper.StartUntilAsync("echo $$ > pid; echo up; exec sleep 1000", "up\n");
        var recipe = _keeper.ReadPid("pid");
        await _keeper.DropServiceAsync();

        Directory.Delete(_keeper.Node, recursive: true);

        TestKeeper.AwaitGone(pid);
        TestKeeper.IsAlive(recipe).ShouldBeFalse($"{request.Attempt} runs on");
    }

    [Fact]
    public async Task A_second_service_replaces_the_first_which_is_told()
    {
        await using var second = new KeeperLauncher(_keeper.DataDirectory, new KeeperCommand("/bin/false", []), TimeProvider.System, _ => { });
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        second.Connect(_ => connected.TrySetResult());
        await connected.Task.WaitAsync(TestKeeper.Patience);
        await _keeper.WaitAsync<LauncherEvent.Disconnected>(_ => true);
    }

    [Fact]
    public async Task A_service_that_is_killed_with_its_process_group_loses_nothing()
    {
        Fifo.Make(_keeper.WorkDirectory, "gate");
        var data = Directory.CreateDirectory(Path.Combine(_keeper.WorkDirectory, "other")).FullName;
        Fifo.Make(data, "gate");

        // setsid: a process group of its own, of which kill -9 leaves nothing.
        var start = new ProcessStartInfo("setsid", [TestKeeper.HostProgram, "service", data, "/bin/sh", "-c", "echo early; read x < gate; echo late"])
        {
            RedirectStandardOutput = true,
        };
        using var service = Process.Start(start).ShouldNotBeNull();
        var line = (await service.StandardOutput.ReadLineAsync().WaitAsync(TestKeeper.Patience)).ShouldNotBeNull();
        line.ShouldStartWith("started ");
        var recipe = int.Parse(line["started ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        Libc.Kill(-service.Id, Signals.Kill).ShouldBe(0);
        await service.WaitForExitAsync();

        TestKeeper.IsAlive(recipe).ShouldBeTrue();
        await using var next = new TestKeeper(data);
        Fifo.Write(data, "gate", "go");
        var attempt = new AttemptId(new JobId(1), 0, 1);
        (await next.ConnectedAsync()).Attempts.ShouldBe([attempt]);
        var result = await next.ResultAsync(attempt);
        result.Out.ShouldBe("early\nlate\n");
        result.Events.OfType<LauncherEvent.Started>().Single().Pid.ShouldBe(recipe);
    }

    [Fact]
    public async Task Requests_are_dropped_while_there_is_no_keeper()
    {
        await _keeper.DropServiceAsync();
        var request = _keeper.Shell("echo never");
        _keeper.Launcher.Start([request]);
        _keeper.Launcher.End(request.Attempt, EndReason.Cancelled);
        _keeper.Launcher.Acknowledge(7);
        _keeper.Reconnect();
        (await _keeper.ConnectedAsync()).Attempts.ShouldBeEmpty();
    }
}
