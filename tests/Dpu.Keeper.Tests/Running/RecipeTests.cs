using System.Text;
using Dpu.Domain.Execution;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Running;

/// <summary>What a recipe gets and what is seen of it, with real processes.</summary>
public sealed class RecipeTests(SharedKeeper shared) : IClassFixture<SharedKeeper>
{
    private readonly TestKeeper _keeper = shared.Keeper;

    [Fact]
    public async Task A_program_that_succeeds_is_started_and_exits_with_code_0()
    {
        var result = await _keeper.RunAsync(_keeper.Request(["/bin/true"]));

        result.Events.Select(e => e.GetType()).ShouldBe([typeof(LauncherEvent.Started), typeof(LauncherEvent.Exited)]);
        (result.Exit.Reason, result.Exit.ExitCode, result.Exit.Signal).ShouldBe((EndReason.Exited, 0, null));
        result.Exit.EndedAt.ShouldBeGreaterThanOrEqualTo(result.Exit.StartedAt);
        result.Exit.OutputBytes.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public async Task The_exit_code_is_the_recipes(int code) => (await _keeper.RunAsync($"exit {code}")).Exit.ExitCode.ShouldBe(code);

    [Fact]
    public async Task A_signal_is_told_instead_of_an_exit_code()
    {
        var exit = (await _keeper.RunAsync("kill -SEGV $$")).Exit;
        (exit.ExitCode, exit.Signal, exit.Reason).ShouldBe((null, 11, EndReason.Exited));
    }

    [Fact]
    public async Task Ten_thousand_lines_of_both_outputs_arrive_whole_and_in_order()
    {
        var result = await _keeper.RunAsync("i=0; while [ $i -lt 5000 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done");

        result.Out.ShouldBe(string.Concat(Enumerable.Range(0, 5000).Select(i => $"out {i}\n")));
        result.Error.ShouldBe(string.Concat(Enumerable.Range(0, 5000).Select(i => $"err {i}\n")));
        result.Exit.OutputBytes.ShouldBe(result.Out.Length + result.Error.Length);
        result.Last.SequenceNr.ShouldBe(result.Events.Max(e => e.SequenceNr));
    }

    [Fact]
    public async Task Lines_that_are_printed_at_once_share_an_event()
    {
        var result = await _keeper.RunAsync("printf 'a\\nb\\nc\\n'");
        result.Events.OfType<LauncherEvent.Output>().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Output_can_be_read_while_the_recipe_runs()
    {
        Fifo.Make(_keeper.WorkDirectory, "gate");
        var request = await _keeper.StartUntilAsync("echo first; read line < gate; echo $line", "first\n");
        _keeper.Events.OfType<LauncherEvent.Exited>().ShouldNotContain(e => e.Attempt == request.Attempt);

        Fifo.Write(_keeper.WorkDirectory, "gate", "second");
        (await _keeper.ResultAsync(request.Attempt)).Out.ShouldBe("first\nsecond\n");
    }

    [Fact]
    public async Task A_prompt_without_a_line_end_is_shown_while_the_recipe_waits()
    {
        Fifo.Make(_keeper.WorkDirectory, "prompt");
        var request = await _keeper.StartUntilAsync("printf 'name? '; read line < prompt; echo $line", "name? ");

        Fifo.Write(_keeper.WorkDirectory, "prompt", "me");
        (await _keeper.ResultAsync(request.Attempt)).Out.ShouldBe("name? me\n");
    }

    [Fact]
    public async Task The_end_of_an_unfinished_last_line_is_kept() => (await _keeper.RunAsync("printf 'no end'")).Out.ShouldBe("no end");

    [Fact]
    public async Task The_environment_is_exactly_what_was_asked_for_and_two_marks()
    {
        var request = _keeper.Request(["/usr/bin/env"]) with { Environment = [new("A", "1"), new("EMPTY", ""), new("TEXT", "ä = b\nc")] };
        var result = await _keeper.RunAsync(request);

        var lines = result.Out.TrimEnd('\n').Split('\n');
        lines[..4].ShouldBe(["A=1", "EMPTY=", "TEXT=ä = b", "c"]);
        lines[4].ShouldBe($"DPU_ATTEMPT={request.Attempt}");
        lines[5].ShouldStartWith("DPU_KEEPER=");
        lines.Length.ShouldBe(6);
    }

    [Fact]
    public async Task An_attempt_variable_of_the_request_stays()
    {
        var request = _keeper.Request(["/bin/sh", "-c", "echo $DPU_ATTEMPT"]) with { Environment = [new("DPU_ATTEMPT", "mine")] };
        (await _keeper.RunAsync(request)).Out.ShouldBe("mine\n");
    }

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        string[] arguments = ["8,6", "", " two words ", "$HOME `x` 'y' \"z\" *", "ünï\ncode"];
        var result = await _keeper.RunAsync(_keeper.Request(["/usr/bin/printf", "<%s>", .. arguments]));
        result.Out.ShouldBe(string.Concat(arguments.Select(argument => $"<{argument}>")));
    }

    [Fact]
    public async Task It_starts_in_its_directory_and_reads_nothing()
    {
        var result = await _keeper.RunAsync("pwd; cat; readlink /proc/self/fd/0");
        result.Out.ShouldBe($"{_keeper.WorkDirectory}\n/dev/null\n");
    }

    [Fact]
    public async Task It_has_no_descriptor_but_its_three()
    {
        // ls itself opens the directory, as descriptor 3.
        (await _keeper.RunAsync(_keeper.Request(["/bin/ls", "/proc/self/fd"]))).Out.ShouldBe("0\n1\n2\n3\n");
    }

    [Fact]
    public async Task It_leads_a_session_and_ignores_or_blocks_no_signal()
    {
        var result = await _keeper.RunAsync(_keeper.Request(["/bin/sh", "-c", "grep -E '^Sig(Blk|Ign):' /proc/self/status; cut -d ' ' -f 1,5,6 /proc/$$/stat"]));

        var lines = result.Out.TrimEnd('\n').Split('\n');
        lines[0].ShouldBe("SigBlk:\t0000000000000000");
        lines[1].ShouldBe("SigIgn:\t0000000000000000");
        var started = result.Events.OfType<LauncherEvent.Started>().Single();
        lines[2].ShouldBe($"{started.Pid} {started.Pid} {started.Pid}");
    }

    [Fact]
    public async Task A_script_with_a_first_line_is_a_program_and_one_without_is_none()
    {
        await WriteProgramAsync("good", "#!/bin/sh\necho ran\n");
        await WriteProgramAsync("bad", "echo ran\n");

        (await _keeper.RunAsync(_keeper.Request(["./good"]))).Out.ShouldBe("ran\n");
        (await _keeper.RunAsync(_keeper.Request(["./bad"]))).LaunchFailure
            .ShouldBe($"The program '{_keeper.WorkDirectory}/./bad' is neither a binary for this machine nor a script whose first line begins with '#!'.");
    }

    [Fact]
    public async Task A_program_is_searched_in_the_path_of_its_own_environment()
    {
        var bin = Directory.CreateDirectory(Path.Combine(_keeper.WorkDirectory, "bin")).FullName;
        await WriteProgramAsync("bin/dpu-test-program", "#!/bin/sh\necho found\n");

        var request = _keeper.Request(["dpu-test-program"]) with { Environment = [new("PATH", $"/nowhere:{bin}:/bin")] };
        (await _keeper.RunAsync(request)).Out.ShouldBe("found\n");
        (await _keeper.RunAsync(_keeper.Request(["dpu-test-program"]))).LaunchFailure
            .ShouldBe("The program 'dpu-test-program' is in no directory of PATH (/usr/local/bin:/usr/bin:/bin).");
    }

    [Fact]
    public async Task What_cannot_be_started_is_said_with_its_place()
    {
        await File.WriteAllTextAsync(Path.Combine(_keeper.WorkDirectory, "plain"), "text");
        await WriteProgramAsync("orphaned", "#!/no/such/interpreter -x\n");
        var work = _keeper.WorkDirectory;

        (await FailAsync("/no/such/program")).ShouldBe("The program '/no/such/program' does not exist.");
        (await FailAsync($"{work}/plain")).ShouldBe($"The program '{work}/plain' is not executable (chmod +x).");
        (await FailAsync(work)).ShouldBe($"The program '{work}' is a directory.");
        (await FailAsync($"{work}/orphaned")).ShouldBe($"The program '{work}/orphaned' needs the interpreter '/no/such/interpreter' (its first line), which does not exist.");

        var nowhere = _keeper.Request(["/bin/true"]) with { WorkDirectory = "/no/such/directory" };
        (await _keeper.RunAsync(nowhere)).LaunchFailure.ShouldBe("The work directory '/no/such/directory' does not exist.");
        var file = _keeper.Request(["true"]) with { WorkDirectory = $"{work}/plain" };
        (await _keeper.RunAsync(file)).LaunchFailure.ShouldBe($"The work directory '{work}/plain' is not a directory.");
        var empty = _keeper.Request([]);
        (await _keeper.RunAsync(empty)).LaunchFailure.ShouldBe("The command names no program.");
    }

    [Fact]
    public async Task Beyond_its_cap_the_first_and_the_last_part_of_the_output_are_kept()
    {
        var limits = TestKeeper.NoLimits with { LogHeadBytes = 1000, LogTailBytes = 500 };
        var result = await _keeper.RunAsync("i=0; while [ $i -lt 2000 ]; do printf 'line %04d\\n' $i; i=$((i+1)); done", limits);

        // A line has 10 bytes: 100 lines at the beginning, 50 at the end.
        result.Out.ShouldBe(string.Concat(Enumerable.Range(0, 100).Concat(Enumerable.Range(1950, 50)).Select(i => $"line {i:D4}\n")));
        result.Error.ShouldBe("[dpu: 18500 bytes of output left out here]\n");
        result.All.IndexOf("[dpu:", StringComparison.Ordinal).ShouldBe(1000);
        result.Exit.OutputBytes.ShouldBe(20_000);
    }

    [Fact]
    public async Task The_peak_is_that_of_the_whole_tree_and_says_that_it_was_sampled()
    {
        // tail keeps the last bytes in memory until its input ends; two of them at once are more than either.
        var exit = (await _keeper.RunAsync(
            "hold() { (head -c 50000000 /dev/zero; sleep 1) | tail -c 50000000 > /dev/null; }; hold & hold & wait")).Exit;

        exit.MemorySource.ShouldBe(MemorySource.Sampled);
        exit.MaxRssBytes.ShouldBeInRange(100_000_000, 200_000_000);
    }

    [Fact]
    public async Task The_time_of_processors_counts_children_that_were_waited_for()
    {
        var exit = (await _keeper.RunAsync("(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done); true")).Exit;
        exit.CpuSeconds.ShouldBeInRange(0.02, 30);
    }

    [Fact]
    public async Task A_known_attempt_is_not_started_twice()
    {
        var request = _keeper.Shell("echo once");
        await _keeper.ConnectedAsync();
        _keeper.Launcher.Start([request, request]);
        await _keeper.ResultAsync(request.Attempt);
        _keeper.Launcher.Start([request]);

        // Whatever the second request did would have been reported before the next attempt's end.
        await _keeper.RunAsync("true");
        _keeper.Events.OfType<LauncherEvent.Numbered>().Count(e => e.Attempt == request.Attempt).ShouldBe(3);
    }

    [Fact]
    public async Task An_unknown_attempt_can_be_ended_without_harm()
    {
        _keeper.Launcher.End(TestKeeper.NewAttempt(), EndReason.Cancelled);
        (await _keeper.RunAsync("true")).Exit.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Hundreds_given_at_once_all_end_and_leave_no_zombie()
    {
        var requests = Enumerable.Range(0, 300).Select(_ => _keeper.Request(["/bin/true"])).ToList();
        await _keeper.ConnectedAsync();
        _keeper.Launcher.Start(requests);
        foreach (var request in requests)
        {
            (await _keeper.ResultAsync(request.Attempt)).Exit.ExitCode.ShouldBe(0);
        }

        var pids = requests.Select(request => _keeper.Events.OfType<LauncherEvent.Started>().Single(e => e.Attempt == request.Attempt).Pid);
        var keeper = _keeper.Launcher.KeeperProcessId;
        pids.Count(pid => Processes.ProcFiles.State(pid) is { } state && state.Parent == keeper).ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_arrive_as_they_are()
    {
        var result = await _keeper.RunAsync("printf '\\377\\000\\n\\200'");
        result.Events.OfType<LauncherEvent.Output>().SelectMany(e => e.Bytes.ToArray()).ShouldBe([0xff, 0, (byte)'\n', 0x80]);
    }

    private async Task<string> FailAsync(string program) => (await _keeper.RunAsync(_keeper.Request([program]))).LaunchFailure;

    private async Task WriteProgramAsync(string name, string text)
    {
        var path = Path.Combine(_keeper.WorkDirectory, name);
        await File.WriteAllTextAsync(path, text, Encoding.UTF8.WithoutMark());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
