using System.Net;
using System.Text.Json;
using Dpu.Cli;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

/// <summary>Commands against a DPU in memory: what goes out, what is printed where, how it ends.</summary>
public sealed class CommandTests
{
    private const string UnknownRecipe = """{"title":"Refused","status":422,"detail":"There is no recipe 'Biass'.","code":"unknown-recipe","errors":[{"code":"unknown-recipe","message":"There is no recipe 'Biass'.","option":null,"suggestion":"Bias"}]}""";

    [Fact]
    public async Task Status_prints_one_line_a_job_in_the_order_asked_for()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs?id=2&id=1", $"[{Samples.Job("FINISHED", "75/0/0/0/0", 1)},{Samples.Job("RUNNING", "1/0/0/7/0", 2)}]");
        (await CliRun.Of(dpu, "status", "2", "1", "2")).ShouldBe(new CliRun(
            0, "Jobid 2 has status RUNNING N/E/A/S/U 1/0/0/7/0\nJobid 1 has status FINISHED N/E/A/S/U 75/0/0/0/0\n", ""));
    }

    [Fact]
    public async Task Nodes_say_why_one_is_given_nothing()
    {
        const string Nodes = """[{"name":"a","state":"Up","cpus":4,"memoryBytes":0,"running":1,"tags":["gpu"],"reason":null},{"name":"b","state":"Quarantined","cpus":4,"memoryBytes":0,"running":0,"tags":[],"reason":"it failed 3 tasks of 3 jobs"}]""";
        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Get, "/nodes", Nodes), "nodes");
        run.ExitCode.ShouldBe(0);
        run.Out.Split('\n').ShouldContain("b is quarantined: it failed 3 tasks of 3 jobs.");
        run.Out.ShouldNotContain("a is");
        (await CliRun.Of(new FakeDpu().When(HttpMethod.Get, "/nodes", Nodes), "nodes", "--json")).Out.ShouldStartWith(Nodes[..Nodes.IndexOf('}', StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task Status_of_a_job_that_is_not_there_says_so_beside_the_others()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs?id=1&id=7", $"[{Samples.Job("FINISHED", "75/0/0/0/0", 1)}]");
        (await CliRun.Of(dpu, "status", "1", "7")).ShouldBe(new CliRun(2, "Jobid 1 has status FINISHED N/E/A/S/U 75/0/0/0/0\n", "dpu: There is no job 7.\n"));
    }

    [Fact]
    public async Task Status_as_JSON_is_one_array_and_nothing_else()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs", $"[{Samples.Job("RUNNING", "1/0/0/7/0")}]");
        var run = await CliRun.Of(dpu, "status", "--json");
        run.Out.ShouldBe($"[{Samples.Job("RUNNING", "1/0/0/7/0")}]\n");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Thousands_of_jobs_are_asked_for_in_several_requests()
    {
        var dpu = new FakeDpu().Then("[]").Then("[]").Then("[]");
        await CliRun.Of(dpu, ["status", .. Enumerable.Range(1, 450).Select(id => $"{id}")]);
        dpu.Requests.Count.ShouldBe(3);
        dpu.Requests.ShouldAllBe(request => request.Path.Length < 4000);
    }

    [Theory]
    [InlineData("An empty text is no sequence: see 'dpu sequences'.", "options", "")]
    [InlineData("An empty text is no file: see 'dpu files'.", "provenance", " ")]
    [InlineData("/ is a directory: a file with one line per task is needed", "exec", "--each", "/", "--", "echo", "{}")]
    public async Task What_names_nothing_is_refused_with_a_sentence(string sentence, params string[] tokens)
    {
        var dpu = new FakeDpu();
        var run = await CliRun.Of(dpu, tokens);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldStartWith($"dpu: {sentence}");
        dpu.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Logs_of_a_task_that_a_job_has_not_are_refused_before_anything_is_printed()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs?id=1", $"[{Samples.Job("FINISHED", "3/0/0/0/0", 1)}]");
        (await CliRun.Of(dpu, "logs", "1", "--task", "3")).ShouldBe(new CliRun(2, "", "dpu: Job 1 has no task 3: it has 3 tasks, numbers 0 to 2.\n"));
    }

    [Fact]
    public async Task Stats_say_that_the_DPU_is_impaired_and_why()
    {
        var dpu = new FakeDpu().When(
            HttpMethod.Get,
            "/stats",
            """{"jobs":{"total":0,"byStatus":{}},"tasks":{"N":0,"E":0,"A":0,"S":0,"U":0},"tasksPerSecondLastMinute":0,"users":[],"nodes":[],"deadLetters":0,"uptimeSeconds":1,"estimates":[],"state":"impaired","reason":"The disk is full."}""");
        (await CliRun.Of(dpu, "stats")).Out.ShouldStartWith("state         impaired: The disk is full.\n");
    }

    [Fact]
    public async Task Stats_say_how_good_estimates_were()
    {
        var dpu = new FakeDpu().When(
            HttpMethod.Get,
            "/stats",
            """{"jobs":{"total":3,"byStatus":{}},"tasks":{"N":1,"E":0,"A":0,"S":0,"U":0},"tasksPerSecondLastMinute":0,"users":[],"nodes":[],"deadLetters":0,"uptimeSeconds":1,"estimates":[{"program":"Bias","steps":12,"medianRatio":1.254,"withinFactor2":0.9166}]}""");
        (await CliRun.Of(dpu, "stats")).Out.ShouldContain(
            "ESTIMATES OF  STEPS    TOOK (MEDIAN)  WITHIN A FACTOR OF 2\nBias             12  1.25 × estimate                  92 %\n");
    }

    [Fact]
    public async Task Show_counts_what_was_found_and_with_tasks_lists_it()
    {
        const string Finding = """{"pattern":"seeing","level":"warning","at":"2026-11-22T09:56:00Z","line":"seeing > 3\u001b[2J","count":12}""";
        const string Attempt = """{"attempt":2,"node":"n","started":null,"ended":null,"exitCode":0,"cause":null,"maxRssBytes":0,"cpuSeconds":0,"findings":[""" + Finding + "]}";
        const string Counts = ""","findings":[{"step":"Reduce","pattern":"seeing","level":"warning","lines":12,"attempts":1}]""";
        const string Tasks = ""","tasks":[{"task":3,"step":"Reduce","keys":{},"state":"Normal","attempts":[""" + Attempt + "]}]";
        var job = Samples.Job("FINISHED", "1/0/0/0/0")[..^1] + ""","steps":[{"name":"Reduce","counts":{"N":1,"E":0,"A":0,"S":0,"U":0}}]""" + Counts;
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs/84820", job + "}").When(HttpMethod.Get, "/jobs/84820?tasks=true", job + Tasks + "}");

        var brief = (await CliRun.Of(dpu, "show", "84820")).Out;
        brief.ShouldContain("FOUND   LEVEL    STEP    LINES  ATTEMPTS\nseeing  warning  Reduce     12         1\n");
        brief.ShouldNotContain("seeing > 3");
        var full = (await CliRun.Of(dpu, "show", "84820", "--tasks")).Out;
        full.ShouldContain("Found in what task 3 printed at try 2:\n  seeing (warning) ");
        full.ShouldContain("  seeing > 3\\x1b[2J\n  seeing: 11 more such lines; 'dpu logs' has them all.\n");
    }

    [Fact]
    public async Task Run_prints_the_job_id_alone_and_passes_tokens_on_as_typed()
    {
        var dpu = new FakeDpu().When(HttpMethod.Post, "/jobs", Samples.Accepted, HttpStatusCode.Created);
        var run = await CliRun.Of(
            dpu, "run", "Reduce", "-i", "WFI", "-C", "-tpl", "x", "-o", "8,6", "-f", "a b", "--dpu-time", "90", "--dpu-mem", "2GiB", "--priority", "-5", "--tag", "n 1", "--tag", "n2", "--campaign", "KIDS, 1", "--unit", "8,6", "--request", "3", "--", "--wait");
        run.ShouldBe(new CliRun(0, "84820\n", ""));
        JsonSerializer.Serialize(JsonDocument.Parse(dpu.Requests.Single().Body!).RootElement).ShouldBe(
            """{"sequence":"Reduce","arguments":["-i","WFI","-C","-tpl","x","-o","8,6","-f","a b","--wait"],"options":null,"estimatedSeconds":90,"memoryBytes":2147483648,"version":null,"priority":-5,"tags":["n 1","n2"],"dryRun":false,"campaign":{"name":"KIDS, 1","unit":"8,6","request":3}}""");
    }

    [Fact]
    public async Task Run_as_JSON_has_the_fields_that_others_read()
    {
        var dpu = new FakeDpu().When(HttpMethod.Post, "/jobs", Samples.Accepted);
        (await CliRun.Of(dpu, "run", "Bias", "--json")).Out.ShouldBe("{\"jobId\":84820,\"dpu\":\"schmidt\",\"estimatedSeconds\":10}\n");
    }

    [Theory]
    [InlineData("FINISHED", "8/0/0/0/0", 0, "")]
    [InlineData("FAILED", "7/1/0/0/0", 1, "'dpu show 84820' tells why.\n")]
    [InlineData("CANCELLED", "1/0/7/0/0", 1, "")]
    public async Task Waiting_ends_with_the_status_line_and_its_exit_code(string status, string counts, int exitCode, string hint)
    {
        var dpu = Waited(Samples.Status("RUNNING", "0/0/0/8/0") + Samples.Status(status, counts));
        (await CliRun.Of(dpu, "run", "Bias", "--wait")).ShouldBe(new CliRun(exitCode, "84820\n", $"Jobid 84820 has status {status} N/E/A/S/U {counts}\n{hint}"));
    }

    [Fact]
    public async Task Waiting_with_JSON_prints_one_document_that_tells_the_end()
    {
        var run = await CliRun.Of(Waited(Samples.Status("FAILED", "7/1/0/0/0")), "exec", "--wait", "--json", "--", "false");
        run.ExitCode.ShouldBe(1);
        run.Out.ShouldBe(
            """{"jobId":84820,"dpu":"schmidt","estimatedSeconds":10,"sequence":"Reduce>Coadd","user":"schmidt","status":"FAILED","counts":{"N":7,"E":1,"A":0,"S":0,"U":0},"submitted":"2026-11-22T09:55:55Z","started":"2026-11-22T09:55:56.5Z"}""" + "\n");
    }

    [Fact]
    public async Task Whoever_waits_for_a_held_job_is_told_once()
    {
        var dpu = Waited(Samples.Status("HELD", "0/0/0/8/0") + Samples.Status("HELD", "0/0/0/8/0") + Samples.Status("FINISHED", "8/0/0/0/0"));
        var run = await CliRun.Of(dpu, "run", "Bias", "--wait");
        run.ExitCode.ShouldBe(0);
        run.Error.Split('\n').Count(line => line.Contains("dpu release 84820", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Ctrl_C_while_waiting_leaves_the_job_running_and_says_so()
    {
        using var interrupt = new Interrupt();
        var dpu = Waited(Samples.Status("RUNNING", "0/0/0/8/0"));
        dpu.Asked = request =>
        {
            if (request.Path.EndsWith("/events", StringComparison.Ordinal))
            {
                interrupt.Raise();
            }
        };
        var run = await CliRun.With(dpu, context => context with { CatchInterrupt = () => interrupt }, "run", "Bias", "--wait");
        run.ExitCode.ShouldBe(130);
        run.Out.ShouldBe("84820\n");
        run.Error.ShouldContain("Job 84820 goes on in the DPU.");
        dpu.Requests.ShouldNotContain(request => request.Path.Contains("cancel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Options_tell_of_process_parameters_and_variants()
    {
        const string Options = """{"sequence":"Bias","steps":[{"recipe":"Bias","options":[{"long":"pars","short":"p","type":"map","default":{},"required":false,"help":"knobs"}],"parameters":[{"name":"B.SIGMA","default":"5.0","help":"clipping"},{"name":"B.C","default":null,"help":""}],"variants":["Bias:fast"]}]}""";
        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Get, "/sequences/Bias/options", Options), "options", "Bias");
        run.Out.ShouldBe("""
            Recognized options for Bias are:
            OPTION      TYPE  DEFAULT  MEANING
            -p, --pars  map   {}       knobs
            Its 2 process parameters: dpu options Bias --pars
            Variants: Bias:fast

            """);
        run = await CliRun.Of(new FakeDpu().When(HttpMethod.Get, "/sequences/Bias/options", Options), "options", "Bias", "--pars");
        run.Out.ShouldBe("""
            Process parameters of Bias are:
            PARAMETER  DEFAULT  MEANING
            B.SIGMA    5.0      clipping
            B.C        None

            """);
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_submits_nothing()
    {
        var dpu = new FakeDpu().When(
            HttpMethod.Post,
            "/jobs",
            """{"sequence":"Reduce>Coadd","estimatedSeconds":50,"steps":[{"name":"Reduce","recipe":"Reduce","tasks":8,"keys":[{"chip":"ccd50"},{"chip":"ccd51"}],"cpus":1,"memoryBytes":536870912,"seconds":20,"estimateSamples":40,"memoryInsteadBytes":67108864},{"name":"Coadd","recipe":"Coadd","tasks":1,"keys":[],"cpus":1,"memoryBytes":0,"seconds":30}],"problems":[]}""");
        var run = await CliRun.Of(dpu, "run", "Reduce>Coadd", "--dry-run");
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("9 tasks");
        run.Out.ShouldContain("40 earlier tasks");
        run.Out.ShouldContain("the recipe");
        run.Out.ShouldEndWith("Reduce asks for 512 MiB of memory a task; by what earlier tasks held, 64 MiB would be right (--dpu-mem).\n");
        run.Out.ShouldContain("chip=ccd50; chip=ccd51");
        run.Out.ShouldContain("512 MiB");
        dpu.Requests.Single().Body!.ShouldContain("\"dryRun\":true");
        dpu.Requests.Single().Key.ShouldBeNull();
    }

    [Fact]
    public async Task Exec_sends_lines_and_arguments_that_no_shell_has_seen()
    {
        var dpu = new FakeDpu().When(HttpMethod.Post, "/exec", Samples.Accepted);
        var run = await CliRun.With(
            dpu,
            context => context with { OpenInput = CliRun.Input("8,6\na b\n'$(rm)'\n-x\n") },
            "exec", "--each", "-", "--cpus", "2", "--mem", "1MiB", "--", "sh", "-c", "echo \"{}\" --wait", "@file", "");
        run.ShouldBe(new CliRun(0, "84820\n", ""));
        var body = JsonDocument.Parse(dpu.Requests.Single().Body!).RootElement;
        body.GetProperty("command").EnumerateArray().Select(a => a.GetString()).ShouldBe(["sh", "-c", "echo \"{}\" --wait", "@file", ""]);
        body.GetProperty("lines").EnumerateArray().Select(a => a.GetString()).ShouldBe(["8,6", "a b", "'$(rm)'", "-x"]);
        (body.GetProperty("cpus").GetInt32(), body.GetProperty("memoryBytes").GetInt64()).ShouldBe((2, 1 << 20));
    }

    [Fact]
    public async Task Exec_without_lines_is_one_task()
    {
        var dpu = new FakeDpu().When(HttpMethod.Post, "/exec", Samples.Accepted);
        await CliRun.Of(dpu, "exec", "true");
        JsonDocument.Parse(dpu.Requests.Single().Body!).RootElement.GetProperty("lines").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("exec")]
    [InlineData("exec", "--")]
    [InlineData("exec", "a", "--", "b")]
    [InlineData("exec", "--cpus", "0", "--", "a")]
    [InlineData("exec", "--mem", "lots", "--", "a")]
    [InlineData("exec", "--each", "/no/such/file", "--", "a")]
    [InlineData("exec", "--each", "/dev/null", "--", "a")]
    [InlineData("run")]
    [InlineData("run", "Bias", "--tag")]
    [InlineData("run", "Bias", "--priority", "high")]
    [InlineData("run", "-x", "Bias")]
    [InlineData("status", "abc")]
    [InlineData("show")]
    [InlineData("show", "1", "2")]
    [InlineData("jobs", "--status", "asleep")]
    [InlineData("jobs", "--all", "--user", "x")]
    [InlineData("jobs", "--limit", "0")]
    [InlineData("logs", "1", "--task", "-1")]
    [InlineData("provenance", "x", "--up", "--down")]
    [InlineData("nonsense")]
    [InlineData("--dpu", "no-such-dpu", "nodes")]
    public async Task A_wrong_command_ends_with_2_before_anything_is_asked(params string[] tokens)
    {
        var dpu = new FakeDpu();
        var run = await CliRun.Of(dpu, tokens);
        run.ExitCode.ShouldBe(2);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldStartWith("dpu");
        run.Error.ShouldNotContain("   at ");
        dpu.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_misspelt_command_is_answered_with_the_nearest_one() =>
        (await CliRun.Of(new FakeDpu(), "staus")).Error.ShouldContain("Did you mean 'status'?");

    [Fact]
    public async Task A_refusal_ends_with_2_and_names_what_was_probably_meant()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(HttpStatusCode.UnprocessableEntity, UnknownRecipe));
        (await CliRun.Of(dpu, "run", "Biass")).ShouldBe(new CliRun(2, "", "dpu: There is no recipe 'Biass'. Did you mean 'Bias'?\n"));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task Being_turned_away_ends_with_3(HttpStatusCode status)
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(status, $$"""{"title":"x","status":{{(int)status}},"detail":"Not now."}"""));
        var run = await CliRun.Of(dpu, "run", "Bias");
        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain("Not now.");
    }

    [Fact]
    public async Task An_unreachable_DPU_ends_with_3()
    {
        var run = await CliRun.Of(new FakeDpu().Then(FakeDpu.Refuse), "status");
        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain("dpu serve");
    }

    [Fact]
    public async Task After_a_lost_answer_the_same_submission_is_sent_again_and_said()
    {
        var dpu = new FakeDpu().Then(FakeDpu.LoseAnswer).Then(Samples.Accepted);
        var run = await CliRun.Of(dpu, "run", "Bias");
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBe("84820\n");
        run.Error.ShouldContain("Trying again.");
        dpu.Requests.Select(request => request.Key).Distinct().ShouldHaveSingleItem().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Logs_of_several_jobs_are_a_block_each()
    {
        var dpu = new FakeDpu()
            .When(HttpMethod.Get, "/jobs?id=1&id=2", $"[{Samples.Job("FAILED", "0/1/0/0/0", 2)},{Samples.Job("FINISHED", "1/0/0/0/0", 1)}]")
            .When(HttpMethod.Get, "/jobs/1/logs", () => FakeDpu.Body(Samples.Line(0, 1) + "\n", "application/x-ndjson", breaks: false))
            .When(HttpMethod.Get, "/jobs/2/logs", () => FakeDpu.Body("", "application/x-ndjson", breaks: false));
        var run = await CliRun.Of(dpu, "logs", "1", "2");
        var pluses = "09:55:55 - " + new string('+', 44) + "\n";
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldBe($"{pluses}09:55:55 - job_status = 0\n{pluses}09:56:01 - line 1\n{pluses}09:55:55 - job_status = 1\n{pluses}");
    }

    [Fact]
    public async Task Logs_as_JSON_are_one_array()
    {
        var dpu = new FakeDpu()
            .When(HttpMethod.Get, "/jobs?id=1", $"[{Samples.Job("FINISHED", "1/0/0/0/0", 1)}]")
            .When(HttpMethod.Get, "/jobs/1/logs?task=0", () => FakeDpu.Body(Samples.Line(0, 1) + "\n" + Samples.Line(0, 2) + "\n", "application/x-ndjson", breaks: false));
        var run = await CliRun.Of(dpu, "logs", "1", "--task", "0", "--json");
        JsonDocument.Parse(run.Out).RootElement.EnumerateArray().Select(line => line.GetProperty("text").GetString()).ShouldBe(["line 1", "line 2"]);
        var empty = new FakeDpu().When(HttpMethod.Get, "/jobs", "[]");
        (await CliRun.Of(empty, "logs", "--json")).Out.ShouldBe("[]\n");
    }

    [Fact]
    public async Task Following_prints_lines_as_they_come_and_the_head_at_the_end()
    {
        var dpu = new FakeDpu()
            .When(HttpMethod.Get, "/jobs?id=1", $"[{Samples.Job("RUNNING", "0/0/0/1/0", 1)}]")
            .When(HttpMethod.Get, "/jobs/1/logs?follow=true", () => FakeDpu.Events(Samples.LineEvent(0, 1) + "event: end\ndata: {}\n\n"))
            .When(HttpMethod.Get, "/jobs/1", Samples.Job("FINISHED", "1/0/0/0/0", 1)[..^1] + ",\"steps\":[]}");
        var run = await CliRun.Of(dpu, "logs", "--follow", "1");
        run.Out.ShouldStartWith("09:56:01 - line 1\n09:55:55 - +");
        run.Out.ShouldContain("job_status = 0");
        (await CliRun.Of(dpu, "logs", "--follow", "--json", "1")).Out.ShouldBe(Samples.Line(0, 1) + "\n");
    }

    [Fact]
    public async Task Cancelling_says_once_why_not_and_goes_on_with_the_next()
    {
        var dpu = new FakeDpu()
            .When(HttpMethod.Post, "/jobs/1/cancel", () => FakeDpu.Problem(HttpStatusCode.Conflict, """{"title":"Conflict","status":409,"detail":"Job 1 is running: cancel it with --force.","code":"running"}"""))
            .When(HttpMethod.Post, "/jobs/2/cancel", Samples.Job("CANCELLED", "0/0/8/0/0", 2));
        (await CliRun.Of(dpu, "cancel", "1", "2")).ShouldBe(new CliRun(
            2, "Jobid 2 has status CANCELLED N/E/A/S/U 0/0/8/0/0\n", "dpu: Job 1 is running: cancel it with --force.\n"));
    }

    [Fact]
    public async Task Show_tells_failures_with_their_cause_and_last_lines()
    {
        const string Tasks = """
            ,"steps":[{"name":"Reduce","counts":{"N":0,"E":1,"A":0,"S":0,"U":0}}],"tasks":[{"task":3,"step":"Reduce","keys":{"chip":"8,6"},"state":"Error","attempts":[{"attempt":1,"node":"local","started":"2026-11-22T09:55:56Z","ended":"2026-11-22T09:55:58Z","exitCode":2,"cause":"recipe","maxRssBytes":1048576,"cpuSeconds":1.5,"message":"It exited with code 2."}],"lastLines":["no flat \u001b[1mfor\u001b[0m ccd50"]}]}
            """;
        var head = Samples.Job("FAILED", "0/1/0/0/0", 1)[..^1];
        var dpu = new FakeDpu()
            .When(HttpMethod.Get, "/jobs/1", head + ",\"steps\":[]}")
            .When(HttpMethod.Get, "/jobs/1?tasks=true", head + Tasks.Trim());
        var run = await CliRun.Of(dpu, "show", "1");
        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("Task 3 of Reduce (chip=8,6) has state Error: exit code 2, cause recipe");
        run.Out.ShouldContain("  | no flat \\x1b[1mfor\\x1b[0m ccd50");
        (await CliRun.Of(dpu, "show", "1", "--tasks")).Out.ShouldContain("1 MiB");
    }

    [Fact]
    public async Task Show_says_of_a_task_that_was_lost_how_each_try_ended_and_says_nothing_twice()
    {
        const string Tasks = """
            ,"steps":[{"name":"sh","counts":{"N":0,"E":0,"A":0,"S":0,"U":1}}],"tasks":[{"task":0,"step":"sh","keys":{},"state":"Running","attempts":[{"attempt":1,"node":"local","started":"2026-11-22T09:55:56Z","ended":"2026-11-22T09:55:58Z","exitCode":null,"cause":"node","maxRssBytes":0,"cpuSeconds":0,"state":"Unknown"},{"attempt":2,"node":"local","started":"2026-11-22T09:55:58Z","ended":null,"exitCode":null,"cause":null,"maxRssBytes":0,"cpuSeconds":0,"state":"Running"}]},{"task":1,"step":"sh","keys":{},"state":"Error","attempts":[{"attempt":1,"node":"local","started":"2026-11-22T09:55:56Z","ended":"2026-11-22T09:55:58Z","exitCode":null,"cause":"launch","maxRssBytes":0,"cpuSeconds":0,"state":"Error","message":"The program 'x' does not exist."}]}]}
            """;
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs/1?tasks=true", Samples.Job("RUNNING", "0/1/0/1/0", 1)[..^1] + Tasks.Trim());
        var lines = (await CliRun.Of(dpu, "show", "1", "--tasks")).Out.Split('\n');
        lines.Single(line => line.StartsWith("   0", StringComparison.Ordinal) && line.Contains("Unknown", StringComparison.Ordinal)).ShouldEndWith("cause node");
        lines.Single(line => line.StartsWith("   0", StringComparison.Ordinal) && line.Contains("Running", StringComparison.Ordinal)).TrimEnd().ShouldEndWith("0 B");
        lines.ShouldContain("Task 1 of sh has state Error: cause launch");
    }

    [Fact]
    public async Task Show_says_what_attempts_do_at_this_moment()
    {
        const string Phase = """{"name":"staging-in","since":"2026-11-22T09:55:57Z","files":{"done":3,"total":7,"bytesDone":2254857830,"bytesTotal":10737418240},"asOf":"2026-11-22T09:56:00Z"}""";
        const string Attempt = """{"attempt":1,"node":"far","started":"2026-11-22T09:55:56Z","ended":null,"exitCode":null,"cause":null,"maxRssBytes":0,"cpuSeconds":0,"state":"Running","phase":""" + Phase + "}";
        const string Tasks = ""","steps":[],"tasks":[{"task":0,"step":"Reduce","keys":{},"state":"Running","attempts":[""" + Attempt + "]}]}";
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs/1?tasks=true", Samples.Job("RUNNING", "0/0/0/1/0", 1)[..^1] + Tasks);

        var text = (await CliRun.Of(dpu, "show", "1", "--tasks")).Out;
        var json = (await CliRun.Of(dpu, "show", "1", "--tasks", "--json")).Out;

        text.Split('\n').Single(line => line.Contains("far", StringComparison.Ordinal)).ShouldMatch(
            @"  staging in since \S* ?\d\d:55:57 \(3 of 7 files, 2\.1 GiB of 10 GiB\), as of \S* ?\d\d:56:00: the node is cut off$");
        JsonDocument.Parse(json).RootElement.GetProperty("tasks")[0].GetProperty("attempts")[0].GetProperty("phase").GetProperty("files").GetProperty("bytesTotal").GetInt64().ShouldBe(10737418240);
    }

    [Fact]
    public async Task A_failure_of_the_program_itself_is_one_sentence_and_a_file()
    {
        var state = Directory.CreateTempSubdirectory("dpu-state-");
        try
        {
            var dpu = new FakeDpu().Then(() => throw new InvalidOperationException("The unthinkable."));
            var run = await CliRun.With(
                dpu, context => context with { Variable = name => name == "XDG_STATE_HOME" ? state.FullName : context.Variable(name) }, "nodes");
            run.ExitCode.ShouldBe(3);
            run.Out.ShouldBeEmpty();
            run.Error.Trim().Split('\n').ShouldHaveSingleItem().ShouldContain("The unthinkable.");
            var file = Directory.GetFiles(Path.Combine(state.FullName, "dpu")).ShouldHaveSingleItem();
            run.Error.ShouldContain(file);
            File.ReadAllText(file).ShouldContain("   at ");
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Every_command_has_help_with_examples(string command)
    {
        var run = await CliRun.Of(new FakeDpu(), command, "--help");
        run.ExitCode.ShouldBe(0);
        run.Error.ShouldBeEmpty();
        run.Out.ShouldContain($"dpu {command}");
        run.Out.ShouldContain("Examples:\n  ");
    }

    public static TheoryData<string> CommandNames() => [.. CommandList.Create().Select(command => command.Name)];

    private static FakeDpu Waited(string events) => new FakeDpu()
        .When(HttpMethod.Post, "/jobs", Samples.Accepted)
        .When(HttpMethod.Post, "/exec", Samples.Accepted)
        .When(HttpMethod.Get, "/jobs/84820/events", () => FakeDpu.Events(events));
}
