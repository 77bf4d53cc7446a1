using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

[Collection(SharedDpu.Name)]
public sealed class SubmissionTests(RunningDpu dpu)
{
    private static string NewKey => Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_submission_is_answered_with_its_job()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["true"]}""", NewKey);
        var accepted = await answer.JsonAsync(201);
        accepted.GetProperty("jobId").GetInt32().ShouldBePositive();
        accepted.GetProperty("dpu").GetString().ShouldBe("test-dpu");
        accepted.GetProperty("estimatedSeconds").GetDouble().ShouldBeGreaterThanOrEqualTo(0);

        // Whoever was told the number sees the job at once.
        using var shown = await dpu.Owner.GetAsync(dpu.At($"/jobs/{accepted.GetProperty("jobId").GetInt32()}"));
        shown.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_job_and_another_wish_under_it_is_refused()
    {
        var key = NewKey;
        var first = await JobOfAsync("""{"command":["true"],"tags":["a"]}""", key, 201);
        (await JobOfAsync("""{"command":["true"],"tags":["a"]}""", key, 200)).ShouldBe(first);
        await dpu.EndOfAsync(first);
        (await JobOfAsync("""{"command":["true"],"tags":["a"]}""", key, 200)).ShouldBe(first);
        using var other = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["false"],"tags":["a"]}""", key);
        (await other.ProblemAsync(409, "key-reused")).Detail!.ShouldContain(first.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Many_at_once_under_one_key_are_one_job()
    {
        var key = NewKey;
        var jobs = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["true"]}""", key);
            answer.IsSuccessStatusCode.ShouldBeTrue();
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("jobId").GetInt32();
        }));
        jobs.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_a_key_each_request_is_a_job_of_its_own() =>
        (await JobOfAsync("""{"command":["true"]}""", null, 201)).ShouldNotBe(await JobOfAsync("""{"command":["true"]}""", null, 201));

    [Fact]
    public async Task A_key_that_nobody_could_remember_is_refused_and_not_replaced_in_silence()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), """{"command":["true"]}""", new string('k', 201));
        await answer.ProblemAsync(422, "bad-key");
    }

    [Fact]
    public async Task An_unknown_recipe_is_refused_with_the_nearest_one()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Coppy","arguments":[]}""", NewKey);
        var error = (await answer.ProblemAsync(422, "unknown-recipe")).Errors!.ShouldHaveSingleItem();
        error.Suggestion.ShouldBe("Copy");
        error.Message.ShouldContain("Coppy");
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Copy","arguments":["--instrumnt","WFI","--times","many"]}""", NewKey);
        var errors = (await answer.ProblemAsync(422)).Errors!;
        errors.Select(error => error.Code).ShouldBe(["unknown-option", "bad-option", "option-missing"], ignoreOrder: true);
        var unknown = errors.Single(error => error.Code == "unknown-option");
        unknown.Option.ShouldBe("instrumnt");
        unknown.Suggestion.ShouldBe("instrument");
        errors.Single(error => error.Code == "bad-option").Message.ShouldContain("many");
    }

    [Fact]
    public async Task A_selection_that_matches_nothing_is_refused()
    {
        await dpu.Client.IngestAsync([Frames.Write(dpu.NewFolder(), "any.fits")], CancellationToken.None);
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Copy","arguments":["-i","NO-SUCH-CAMERA"]}""", NewKey);
        (await answer.ProblemAsync(422, "no-inputs")).Detail!.ShouldContain("NO-SUCH-CAMERA");
    }

    [Fact]
    public async Task A_recipe_whose_program_is_missing_is_refused_at_the_door()
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Gone"}""", NewKey);
        (await answer.ProblemAsync(422, "recipe-unavailable")).Detail!.ShouldContain("no-such-program");
    }

    [Theory]
    [InlineData("""{"command":["true"],"cpus":5}""", "too-large")]
    [InlineData("""{"command":["true"],"memoryBytes":8589934593}""", "too-large")]
    [InlineData("""{"command":["true"],"cpus":0}""", "bad-cpus")]
    [InlineData("""{"command":["true"],"memoryBytes":-1}""", "bad-memory")]
    [InlineData("""{"command":[]}""", "bad-command")]
    [InlineData("{}", "bad-command")]
    [InlineData("""{"command":["true"],"lines":[]}""", "bad-command")]
    [InlineData("""{"command":["echo","{}"],"lines":["a\nb"]}""", "bad-line")]
    [InlineData("""{"command":["echo","{}"],"lines":["a\u0000b"]}""", "bad-line")]
    [InlineData("""{"command":["echo","a\u0000b"]}""", "bad-command")]
    public async Task Commands_that_can_never_run_are_refused(string body, string code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), body, NewKey);
        await answer.ProblemAsync(422, code);
    }

    [Theory]
    [InlineData("""{"sequence":"Fail","version":"released"}""", "unknown-version")]
    [InlineData("""{"sequence":"Fail","estimatedSeconds":-1}""", "bad-estimate")]
    [InlineData("""{"sequence":"Fail","memoryBytes":0}""", "bad-memory")]
    [InlineData("""{"sequence":"Fail","memoryBytes":8589934593}""", "too-large")]
    [InlineData("""{"sequence":"Tagged"}""", "unknown-tag")]
    [InlineData("""{"sequence":"OfUnit"}""", "needs-campaign")]
    [InlineData("""{"sequence":"Fail","arguments":["-C"],"options":{"commit":true}}""", "bad-option")]
    [InlineData("""{"sequence":""}""", "bad-sequence")]
    [InlineData("""{"sequence":"Fail>"}""", "bad-sequence")]
    public async Task Sequences_that_can_never_run_are_refused(string body, string code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), body, NewKey);
        await answer.ProblemAsync(422, code);
    }

    [Theory]
    [InlineData("/jobs", "")]
    [InlineData("/jobs", "not json")]
    [InlineData("/jobs", "null")]
    [InlineData("/jobs", "[]")]
    [InlineData("/jobs", "{}")]
    [InlineData("/jobs", """{"sequence":null}""")]
    [InlineData("/jobs", """{"sequence":7}""")]
    [InlineData("/jobs", """{"sequence":"Fail","arguments":[null]}""")]
    [InlineData("/jobs", """{"sequence":"Fail","tags":[null]}""")]
    [InlineData("/jobs", """{"sequence":"Fail","priority":1e99}""")]
    [InlineData("/jobs", """{"sequence":"\ud800"}""")]
    [InlineData("/exec", """{"command":[null]}""")]
    [InlineData("/exec", """{"command":"true"}""")]
    [InlineData("/exec", """{"command":["true"],"lines":[null]}""")]
    [InlineData("/exec", """{"command":["true"]""")]
    [InlineData("/ingest", "{}")]
    [InlineData("/ingest", """{"paths":[null]}""")]
    [InlineData("/jobs/1/cancel", "force")]
    public async Task What_is_no_request_is_said_to_be_none(string path, string body)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At(path), body);
        var detail = (await answer.ProblemAsync(400, "bad-json")).Detail!;
        detail.ShouldNotContain("System.");
        detail.ShouldNotContain("Dpu.");
    }

    [Theory]
    [InlineData("""{"sequence":7}""", "'sequence' holds")]
    [InlineData("""{"sequence":"Fail","tags":[7]}""", "'tags[0]' holds")]
    [InlineData("""[]""", "the whole holds")]
    public async Task A_value_of_the_wrong_kind_is_named(string body, string where)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), body);
        var detail = (await answer.ProblemAsync(400, "bad-json")).Detail!;
        detail.ShouldContain(where);
        detail.ShouldContain("line 1");
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_before_it_is_read()
    {
        var body = $$"""{"command":["echo","{}"],"lines":["{{new string('x', RunningDpu.BodyBytesMax)}}"]}""";
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), body, NewKey);
        (await answer.ProblemAsync(413, "too-large")).Detail!.ShouldContain("body-max");
    }

    [Fact]
    public async Task A_request_that_does_not_tell_its_size_is_refused_once_it_is_too_large()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, dpu.At("/exec"))
        {
            Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"command\":[\"{new string('x', 2 * RunningDpu.BodyBytesMax)}\"]}}"))),
            Headers = { TransferEncodingChunked = true },
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await dpu.Owner.SendAsync(request);
        await answer.ProblemAsync(413, "too-large");
    }

    [Fact]
    public async Task The_client_understands_that_its_request_was_too_large()
    {
        // Far beyond what the sockets take in before the service closes the connection.
        var lines = Enumerable.Repeat(new string('x', 1000), 32 * RunningDpu.BodyBytesMax / 1000).ToList();
        var refused = await Should.ThrowAsync<DpuRefusedException>(
            () => dpu.Client.SubmitAsync(new ExecSubmission(["echo", "{}"], lines), IdempotencyKey.Create(), CancellationToken.None));
        refused.Problem.Status.ShouldBe(413);
    }

    [Fact]
    public async Task Lines_arrive_as_they_are()
    {
        string[] lines = ["8,6", "two words", "it's \"quoted\"", "{}", "$HOME `id` ; &", "ünïcødé ☂ 𝔘", "\\n", "", " ", "*", "-n"];
        var submission = new ExecSubmission(["printf", "%s|\n", "<{}>{}"], lines);
        var accepted = await dpu.Client.SubmitAsync(submission, IdempotencyKey.Create(), CancellationToken.None);
        (await dpu.EndOfAsync(accepted.JobId)).Status.ShouldBe("FINISHED");
        var printed = new string[lines.Length];
        await foreach (var line in dpu.Client.GetLogsAsync(accepted.JobId, null, CancellationToken.None))
        {
            printed[line.Task] = line.Text;
        }

        printed.ShouldBe(lines.Select(line => $"<{line}>{line}|"));
    }

    [Fact]
    public async Task A_dry_run_shows_the_plan_and_runs_nothing()
    {
        using var before = await dpu.Owner.GetAsync(dpu.At("/jobs?all=true&limit=1"));
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), """{"sequence":"Fail>Fail","dryRun":true}""", NewKey);
        var plan = await answer.JsonAsync();
        plan.GetProperty("sequence").GetString().ShouldBe("Fail>Fail");
        plan.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()).ShouldBe(["Fail", "Fail-2"]);
        plan.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("recipe").GetString()).ShouldAllBe(recipe => recipe == "Fail");
        plan.GetProperty("steps")[0].GetProperty("tasks").GetInt32().ShouldBe(1);
        plan.GetProperty("steps")[0].GetProperty("cpus").GetInt32().ShouldBe(1);
        plan.GetProperty("problems").GetArrayLength().ShouldBe(0);
        using var after = await dpu.Owner.GetAsync(dpu.At("/jobs?all=true&limit=1"));
        (await after.Content.ReadAsStringAsync()).ShouldBe(await before.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Estimates_are_the_recipes_until_enough_tasks_have_run_and_are_judged_afterwards()
    {
        var first = await PlanAsync("Quick");
        (first.GetProperty("estimatedSeconds").GetDouble(), StepOf(first).GetProperty("estimateSamples").GetInt32()).ShouldBe((100, 0));
        StepOf(first).GetProperty("memoryInsteadBytes").ValueKind.ShouldBe(JsonValueKind.Null);

        await dpu.RunAsync(new JobSubmission("Quick>Quick>Quick>Quick>Quick", []));

        var learned = await PlanAsync("Quick");
        StepOf(learned).GetProperty("estimateSamples").GetInt32().ShouldBe(5);
        learned.GetProperty("estimatedSeconds").GetDouble().ShouldBeInRange(0.0001, 60);
        StepOf(learned).GetProperty("seconds").GetDouble().ShouldBe(learned.GetProperty("estimatedSeconds").GetDouble());
        StepOf(learned).GetProperty("memoryInsteadBytes").GetInt64().ShouldBeInRange(64L << 20, 512L << 20);
        (await PlanAsync("Quick", ",\"estimatedSeconds\":7")).GetProperty("estimatedSeconds").GetDouble().ShouldBe(7);

        using var answer = await dpu.Owner.GetAsync(dpu.At("/stats"));
        var quality = (await answer.JsonAsync()).GetProperty("estimates").EnumerateArray().Single(estimate => estimate.GetProperty("program").GetString() == "Quick");
        quality.GetProperty("steps").GetInt32().ShouldBe(5);
        quality.GetProperty("medianRatio").GetDouble().ShouldBeInRange(0.000001, 0.6);
    }

    private static JsonElement StepOf(JsonElement plan) => plan.GetProperty("steps")[0];

    private async Task<JsonElement> PlanAsync(string sequence, string more = "")
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/jobs"), $$"""{"sequence":"{{sequence}}","dryRun":true{{more}}}""", NewKey);
        return await answer.JsonAsync();
    }

    private async Task<int> JobOfAsync(string body, string? key, int status)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), body, key);
        return (await answer.JsonAsync(status)).GetProperty("jobId").GetInt32();
    }
}
