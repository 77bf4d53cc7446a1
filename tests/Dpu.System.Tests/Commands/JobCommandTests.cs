using System.Globalization;
using System.Text.Json;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Submitting, watching, reading and cancelling with the real program.</summary>
public sealed class JobCommandTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    [Fact]
    public async Task Run_prints_the_number_of_the_job_alone_and_waits_when_asked_to()
    {
        var run = (await dpu.RunAsync("run", "Null>Null", "--wait")).Exits(0);
        run.Out.Trim().ShouldMatch(@"^\d+$");
        run.Error.ShouldContain($"Jobid {run.Out.Trim()} has status FINISHED N/E/A/S/U 2/0/0/0/0");
        var submitted = (await dpu.RunAsync("run", "Null", "--json")).Exits(0);
        submitted.Json.ShouldHave("jobId", "dpu", "estimatedSeconds");
        submitted.Json.GetProperty("dpu").GetString().ShouldBe("dpu");
        submitted.Error.ShouldBeEmpty();
        (await dpu.EndOfAsync(submitted.Json.GetProperty("jobId").GetInt32())).Counts.ToString().ShouldBe("1/0/0/0/0");
    }

    [Fact]
    public async Task A_dry_run_shows_the_tasks_of_each_step_and_submits_nothing()
    {
        var run = (await dpu.RunAsync("run", "Null>Null", "--dry-run", "--json")).Exits(0);
        run.Json.GetProperty("steps").EnumerateArray().Select(step => (step.GetProperty("name").GetString(), step.GetProperty("tasks").GetInt32()))
            .ShouldBe([("Null", 1), ("Null-2", 1)]);
        (await dpu.RunAsync("run", "Null>Null", "--dry-run")).Exits(0).Out.ShouldContain("Null-2");
    }

    [Theory]
    [InlineData("did you mean 'Null'?", "run", "Nul")]
    [InlineData("did you mean 'instrument'?", "run", "Reduce", "--instrumnt", "WFI")]
    [InlineData("yesterday", "run", "Reduce", "-i", "WFI", "-d", "yesterday")]
    [InlineData("raw-science", "run", "Reduce", "-i", "WFI")]
    [InlineData("999999", "status", "999999")]
    [InlineData("999999", "show", "999999")]
    [InlineData("999999", "logs", "999999")]
    [InlineData("999999", "results", "999999")]
    [InlineData("999999", "cancel", "999999")]
    [InlineData("one", "status", "one")]
    [InlineData("did you mean 'Null'?", "options", "Nul")]
    [InlineData("--nonsense", "jobs", "--nonsense")]
    [InlineData("raw-none", "provenance", "raw-none")]
    [InlineData("nonsense", "nonsense")]
    public async Task A_wrong_command_ends_with_2_and_a_sentence(string sentence, params string[] arguments)
    {
        var run = (await dpu.RunAsync(arguments)).Exits(2);
        run.Error.ShouldContain(sentence);
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_that_fails_ends_with_1_when_it_is_waited_for()
    {
        var run = (await dpu.RunAsync("exec", "--wait", "--", "sh", "-c", "exit 7")).Exits(1);
        run.Error.ShouldContain($"Jobid {run.Out.Trim()} has status FAILED N/E/A/S/U 0/1/0/0/0");
        var job = await dpu.SubmitAsync("exec", "--", "false");
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FAILED");
    }

    [Fact]
    public async Task Each_line_is_put_in_as_it_is_and_no_shell_sees_it()
    {
        string[] lines =
        [
            "8,6", "two words", "it's \"quoted\"", "{}", "a{}b", "$HOME `id` $(id) ; rm -rf / &", "ünïcødé ☂ 𝔘", "back\\slash\\n", "*", "-n", "--help", "", "  spaces  ",
            "tab\there", "#hash", "%s%n", "a=b", "!x", "~",
        ];
        var file = dpu.NewFile("lines.txt", string.Concat(lines.Select(line => line + "\n")));
        await EachAsync(lines, await dpu.RunAsync("exec", "--each", file, "--wait", "--", "printf", "%s|\n", "<{}>"));
        await EachAsync(lines, await dpu.RunWithInputAsync(string.Join('\n', lines), "exec", "--each", "-", "--wait", "--", "printf", "%s|\n", "<{}>"));
    }

    [Fact]
    public async Task Status_is_a_line_a_job_and_the_same_in_json()
    {
        var (first, second) = (await dpu.SubmitAsync("exec", "--", "true"), await dpu.SubmitAsync("exec", "--", "false"));
        await dpu.EndOfAsync(first);
        await dpu.EndOfAsync(second);
        (await dpu.RunAsync("status", $"{first}", $"{second}")).Exits(0).Out
            .ShouldBe($"Jobid {first} has status FINISHED N/E/A/S/U 1/0/0/0/0\nJobid {second} has status FAILED N/E/A/S/U 0/1/0/0/0\n");
        var json = (await dpu.RunAsync("status", "--json", $"{first}", $"{second}")).Exits(0).Json;
        json.GetArrayLength().ShouldBe(2);
        json[0].ShouldBeJob();
        (json[0].GetProperty("jobId").GetInt32(), json[0].GetProperty("sequence").GetString(), json[0].GetProperty("user").GetString()).ShouldBe((first, "exec", Environment.UserName));
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        var (first, second) = (await dpu.SubmitAsync("exec", "--", "true"), await dpu.SubmitAsync("exec", "--", "true"));
        var json = (await dpu.RunAsync("jobs", "--all", "--json")).Exits(0).Json;
        json[0].ShouldBeJob();
        var ids = json.EnumerateArray().Select(job => job.GetProperty("jobId").GetInt32()).ToList();
        ids.ShouldBeInOrder(SortDirection.Descending);
        ids.IndexOf(second).ShouldBeLessThan(ids.IndexOf(first));
        (await dpu.RunAsync("jobs", "--limit", "1", "--json")).Exits(0).Json.GetArrayLength().ShouldBe(1);
        (await dpu.RunAsync("jobs", "--status", "HELD", "--json")).Exits(0).Json.GetArrayLength().ShouldBe(0);
        (await dpu.RunAsync("jobs", "--user", "nobody-at-all")).Exits(0);
    }

    [Fact]
    public async Task Show_tells_steps_tasks_attempts_and_why_something_failed()
    {
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", "echo I was here; exit 7");
        await dpu.EndOfAsync(job);
        var json = (await dpu.RunAsync("show", $"{job}", "--json", "--tasks")).Exits(0).Json;
        json.ShouldBeJob();
        json.GetProperty("steps")[0].ShouldHave("name", "counts");
        var task = json.GetProperty("tasks")[0];
        task.ShouldHave("task", "step", "keys", "state", "attempts");
        var attempt = task.GetProperty("attempts")[0];
        attempt.ShouldHave("attempt", "node", "started", "ended", "exitCode", "cause", "maxRssBytes", "cpuSeconds");
        (attempt.GetProperty("exitCode").GetInt32(), attempt.GetProperty("cause").GetString()).ShouldBe((7, "recipe"));
        (await dpu.RunAsync("show", $"{job}", "--json")).Exits(0).Json.TryGetProperty("tasks", out _).ShouldBeFalse();
        var text = (await dpu.RunAsync("show", $"{job}")).Exits(0).Out;
        text.ShouldContain("exit code 7");
        text.ShouldContain("I was here");
    }

    [Fact]
    public async Task Logs_have_the_head_of_the_field_and_the_jobs_own_lines()
    {
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", "echo first; echo second >&2; echo '12:34:56 - third'");
        await dpu.EndOfAsync(job);
        var lines = (await dpu.RunAsync("logs", $"{job}")).Exits(0).Out.TrimEnd('\n').Split('\n');
        var pluses = new string('+', 44);
        lines[0].ShouldMatch($"^\\d\\d:\\d\\d:\\d\\d - {pluses.Replace("+", "\\+", StringComparison.Ordinal)}$");
        lines[1].ShouldMatch(@"^\d\d:\d\d:\d\d - job_status = 0$");
        lines[2].ShouldEndWith(pluses);
        lines[3..].ShouldAllBe(line => line.Length > 11 && line.Substring(8, 3) == " - ");
        lines[3..].Select(line => line[11..]).ShouldBe(["first", "second", "third"], ignoreOrder: true);
        lines.ShouldContain("12:34:56 - third");
        var json = (await dpu.RunAsync("logs", $"{job}", "--json", "--task", "0")).Exits(0).Json;
        json.GetArrayLength().ShouldBe(3);
        json[0].ShouldHave("time", "jobId", "task", "attempt", "stream", "source", "text");
        (await dpu.RunAsync("logs", $"{job}", "--task", "5", "--json")).Exits(2).Error.ShouldContain("has no task 5");
    }

    [Fact]
    public async Task Logs_are_followed_until_the_job_ends()
    {
        var go = Path.Combine(dpu.Home, "go");
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"echo first; until [ -e {go} ]; do sleep 0.05; done; echo last");
        var following = dpu.RunAsync("logs", $"{job}", "--follow", "--json");
        await dpu.UntilRunningAsync(job);
        following.IsCompleted.ShouldBeFalse();
        dpu.NewFile("go", "");
        (await following).Exits(0).Out.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString())
            .ShouldBe(["first", "last"]);
    }

    [Fact]
    public async Task Hostile_lines_come_through_as_lines()
    {
        // Escape sequences, bells, bytes that are no text, a NUL, a very long line, one that never ends, and what looks like ours.
        const string Script = """printf 'a\033[2J\033]0;title\007b\n'; printf '\377\376 no text\n'; printf 'x\000y\n'; head -c 300000 /dev/zero | tr '\0' L; echo; printf '{"jobId":1}\n'; printf 'job_status = 0\r\n'; printf 'no end'""";
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", Script);
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        var texts = (await dpu.RunAsync("logs", $"{job}", "--json")).Exits(0).Json.EnumerateArray().Select(line => line.GetProperty("text").GetString()!).ToList();
        texts.ShouldBe(["a\u001b[2J\u001b]0;title\ab", "\ufffd\ufffd no text", "x\0y", new string('L', 300_000), "{\"jobId\":1}", "job_status = 0", "no end"]);
        var shown = (await dpu.RunAsync("logs", $"{job}")).Exits(0).Out.TrimEnd('\n').Split('\n');
        shown.Length.ShouldBe(3 + texts.Count);
        shown[3..].ShouldAllBe(line => line.Length > 11 && line.Substring(8, 3) == " - ");
        (await dpu.RunAsync("show", $"{job}", "--tasks")).Exits(0);
    }

    [Fact]
    public async Task Cancel_ends_what_runs_by_force_only()
    {
        var job = await dpu.SubmitAsync("exec", "--", "sleep", "1000");
        await dpu.UntilRunningAsync(job);
        (await dpu.RunAsync("cancel", $"{job}")).Exits(2).Error.ShouldContain("--force");
        (await dpu.Client.GetJobAsync(job, tasks: false, CancellationToken.None)).Status.ShouldBe("RUNNING");
        (await dpu.RunAsync("cancel", $"{job}", "--force", "--json")).Exits(0).Json[0].ShouldBeJob();
        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("0/0/1/0/0");
        (await dpu.RunAsync("status", $"{job}")).Exits(0).Out.ShouldBe($"Jobid {job} has status CANCELLED N/E/A/S/U 0/0/1/0/0\n");
        (await dpu.RunAsync("cancel", $"{job}")).Exits(2).Error.ShouldContain("ended");
        (await dpu.RunAsync("logs", $"{job}")).Exits(0).Out.ShouldContain("job_status = 1");
    }

    [Fact]
    public async Task A_cancelled_job_ends_the_command_that_waits_for_it_with_1()
    {
        var waiting = dpu.RunAsync("exec", "--wait", "--tag", "waited-for", "--", "sleep", "1001");
        var job = 0;
        await Eventually.HoldsAsync(() => (job = JobThatSleeps()) > 0, "the command has submitted its job");
        (await dpu.RunAsync("cancel", $"{job}", "--force")).Exits(0);
        (await waiting).Exits(1).Error.ShouldContain("CANCELLED");
    }

    [Fact]
    public async Task A_visitor_may_look_at_the_queue_only()
    {
        var job = await dpu.SubmitAsync("exec", "--", "true");
        (await dpu.RunAsVisitorAsync("status", $"{job}")).Exits(0).Out.ShouldStartWith($"Jobid {job} has status");
        (await dpu.RunAsVisitorAsync("sequences")).Exits(0);
        (await dpu.RunAsVisitorAsync("files", "--json")).Exits(0).Json.GetArrayLength().ShouldBe(0);
        foreach (var command in new[] { "exec -- true", $"logs {job}", $"cancel {job}", $"results {job}" })
        {
            var run = (await dpu.RunAsVisitorAsync(command.Split(' '))).Exits(3);
            run.Error.ShouldContain("visitor");
        }
    }

    private async Task EachAsync(string[] lines, ProgramRun run)
    {
        var job = int.Parse(run.Exits(0).Out, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var logs = (await dpu.RunAsync("logs", $"{job}", "--json")).Exits(0).Json.EnumerateArray().ToList();
        logs.OrderBy(line => line.GetProperty("task").GetInt32()).Select(line => line.GetProperty("text").GetString()).ShouldBe(lines.Select(line => $"<{line}>|"));
    }

    private static int JobThatSleeps() =>
        ProcessTable.Running("sleep\u00001001\0").Select(pid => ProcessTable.VariableOf(pid, "DPU_JOB")).Select(text => int.TryParse(text, out var job) ? job : 0).FirstOrDefault(job => job > 0);
}
