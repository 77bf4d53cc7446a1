using System.Net;
using System.Net.Sockets;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>The service's beginning and its end.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task An_orderly_stop_leaves_what_runs_alone_and_the_next_start_takes_it_over()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync("-D", "dpu.service.stop-grace=0.5 s");
        var go = Path.Combine(dpu.Home, "go");
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"echo first; until [ -e {go} ]; do sleep 0.05; done; echo last");
        await dpu.UntilRunningAsync(job);
        dpu.Signal("TERM");
        (await dpu.ExitCodeAsync()).ShouldBe(0);
        dpu.Said.ShouldContain("Stopping.");
        dpu.Said.ShouldContain("Stopped.");
        File.Exists(dpu.TokenPath).ShouldBeFalse();
        ProcessTable.Mentioning(go).ShouldNotBeEmpty();

        await dpu.StartAsync();
        dpu.NewFile("go", "");
        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("1/0/0/0/0");
        (await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None)).Tasks!.Single().Attempts.Count.ShouldBe(1);
        (await dpu.RunAsync("logs", $"{job}", "--json")).Exits(0).Json.EnumerateArray().Select(line => line.GetProperty("text").GetString()).ShouldBe(["first", "last"]);
        await NothingIsLeftAsync(dpu);
    }

    [Fact]
    public async Task An_orderly_stop_waits_a_while_for_what_is_about_to_end()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync("-D", "dpu.service.stop-grace=60 s");
        var go = Path.Combine(dpu.Home, "go");
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"until [ -e {go} ]; do sleep 0.05; done");
        await dpu.UntilRunningAsync(job);
        dpu.Signal("TERM");
        await Eventually.HoldsAsync(() => dpu.Said.Contains("Stopping.", StringComparison.Ordinal), "the service stops");
        dpu.NewFile("go", "");
        (await dpu.ExitCodeAsync()).ShouldBe(0);
        await Eventually.HoldsAsync(() => ProcessTable.KeeperOf(dpu.Data) is null, "the keeper has nothing left to keep");
        await dpu.StartAsync();
        (await dpu.RunAsync("status", $"{job}")).Exits(0).Out.ShouldContain("FINISHED");
        await NothingIsLeftAsync(dpu);
    }

    [Fact]
    public async Task A_second_signal_ends_the_service_at_once()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync("-D", "dpu.service.stop-grace=1 h", "-D", "dpu.task.kill-grace=1 s");
        var job = await dpu.SubmitAsync("exec", "--", "sleep", "1000");
        await dpu.UntilRunningAsync(job);
        dpu.Signal("TERM");
        await Eventually.HoldsAsync(() => dpu.Said.Contains("Stopping.", StringComparison.Ordinal), "the service stops");
        dpu.Signal("TERM");
        (await dpu.ExitCodeAsync()).ShouldNotBe(0);
        await dpu.StartAsync("-D", "dpu.task.kill-grace=1 s");
        (await dpu.RunAsync("cancel", $"{job}", "--force")).Exits(0);
        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("0/0/1/0/0");
        await NothingIsLeftAsync(dpu);
    }

    [Fact]
    public async Task A_hangup_reads_the_configuration_again_and_the_service_runs_on()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync("--config", dpu.NewFile("site.conf", ""));
        dpu.NewFile("site.conf", "dpu.recipes.New { command = [true] }\n");
        dpu.Signal("HUP");
        await Eventually.HoldsAsync(() => dpu.Said.Contains("+ recipe New", StringComparison.Ordinal), "it says what changed");
        (await dpu.RunAsync("run", "New", "--wait")).Exits(0);

        var file = dpu.NewFile("site.conf", "dpu.recipes.New { command = [true]\n");
        dpu.Signal("HUP");
        await Eventually.HoldsAsync(() => dpu.Said.Contains("Nothing was changed.", StringComparison.Ordinal), "it says that it is wrong");
        dpu.Said.ShouldContain($"{file}:");
        (await dpu.RunAsync("reload")).Exits(2).Error.ShouldContain($"{file}:");
        (await dpu.RunAsync("run", "New", "--wait")).Exits(0);
    }

    [Fact]
    public async Task Without_a_service_every_command_says_so_and_ends_with_3()
    {
        await using var dpu = new RealDpu();
        dpu.NewFile("frame.fits", "");
        foreach (var command in new[] { "status", "run Null", "exec -- true", "jobs", "logs", "nodes", "stats", "files", "sequences", "cancel 1", "ingest frame.fits" })
        {
            var run = (await dpu.RunAsync(command.Split(' '))).Exits(3);
            run.Error.ShouldContain("dpu serve");
            run.Out.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_start_that_cannot_be_says_why_and_leaves_nothing()
    {
        await using var dpu = new RealDpu();
        using var other = new TcpListener(IPAddress.Loopback, dpu.Address.Port);
        other.Start();
        (await ProgramRun.OfAsync(dpu.Serve())).Exits(3).Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("in use");
        (await ProgramRun.OfAsync(dpu.ServeElsewhere("--config", dpu.NewFile("bad.conf", "dpu {\n  name = [\n}\n")))).Exits(2).Error.ShouldContain("bad.conf:");
        (await ProgramRun.OfAsync(dpu.ServeElsewhere("--config", dpu.NewFile("unknown.conf", "dpu.http.prot = 1\n")))).Exits(2).Error.ShouldContain("unknown.conf:1");
        (await ProgramRun.OfAsync(dpu.ServeElsewhere("-D", "dpu.cluster.fence-after=1 h"))).Exits(2).Error.ShouldContain("node-timeout");
        (await ProgramRun.OfAsync(dpu.ServeElsewhere("--config", "/no/such/file.conf"))).Exits(2).Error.ShouldContain("/no/such/file.conf");
        (await ProgramRun.OfAsync(dpu.ServeElsewhere("--role", "backend"))).Exits(2).Error.ShouldContain("a node is run by 'dpu node'");
        ProcessTable.Mentioning(dpu.Home).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_services_do_not_share_their_data()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync();
        var run = (await ProgramRun.OfAsync(dpu.ServeElsewhere())).Exits(3);
        run.Error.ShouldContain(dpu.Data);
        run.Error.ShouldContain($"{dpu.ProcessId}");
        (await dpu.RunAsync("exec", "--wait", "--", "true")).Exits(0);
    }

    [Fact]
    public async Task A_recipe_whose_program_is_missing_is_said_at_the_start()
    {
        await using var dpu = new RealDpu();
        await dpu.StartAsync("--config", dpu.NewFile("missing.conf", "dpu.recipes.Mine { command = [no-such-program] }\n"));
        await Eventually.HoldsAsync(() => dpu.Said.Contains("no-such-program", StringComparison.Ordinal), "the service warns of it");
        (await dpu.RunAsync("run", "Mine")).Exits(2).Error.ShouldContain("no-such-program");
        (await dpu.RunAsync("run", "Null", "--wait")).Exits(0);
    }

    [FactWithMounts]
    public async Task A_full_disk_is_told_loses_nothing_that_was_accepted_and_passes()
    {
        await using var dpu = new RealDpu();
        Directory.CreateDirectory(dpu.Data);
        await dpu.StartAsync(SmallDisk.Around(dpu.Serve("-D", "dpu.http.answer-timeout=3 s"), dpu.Data, mebibytes: 24));
        var go = Path.Combine(dpu.Home, "go");
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"echo first; until [ -e {go} ]; do sleep 0.05; done; echo last");
        await dpu.UntilRunningAsync(job);
        var filler = SmallDisk.Inside(dpu.ProcessId, Path.Combine(dpu.Data, "filler"));
        SmallDisk.Fill(filler);

        // The task ends while its end cannot be written down.
        dpu.NewFile("go", "");
        await Eventually.HoldsAsync(() => ProcessTable.Mentioning(go).Count == 0, "the task has ended");
        await Eventually.HoldsAsync(() => dpu.Said.Contains("full", StringComparison.Ordinal), "the service says what is wrong");

        // What cannot be made durable is not accepted, and that is said; the queue can be read all the same.
        var refused = (await dpu.RunAsync("exec", "--", "true")).Exits(3);
        refused.Error.ShouldContain("full");
        refused.Out.ShouldBeEmpty();
        (await dpu.RunAsync("jobs", "--all")).Exits(0).Out.ShouldContain("RUNNING");

        // There is room again: what ran is accounted for, and nothing that was refused has happened.
        File.Delete(filler);
        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("1/0/0/0/0");
        (await dpu.RunAsync("logs", $"{job}", "--json")).Exits(0).Json.EnumerateArray().Select(line => line.GetProperty("text").GetString()).ShouldBe(["first", "last"]);
        (await dpu.RunAsync("exec", "--wait", "--", "true")).Exits(0);
        (await dpu.RunAsync("jobs", "--all", "--json")).Exits(0).Json.GetArrayLength().ShouldBe(2);
    }

    private static async Task NothingIsLeftAsync(RealDpu dpu)
    {
        dpu.Signal("TERM");
        (await dpu.ExitCodeAsync()).ShouldBe(0);
        await Eventually.HoldsAsync(() => ProcessTable.Mentioning(dpu.Home).Count == 0, "nothing of this DPU is alive");
    }
}
