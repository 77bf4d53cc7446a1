using System.Text.Json;
using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Where things belong, who sees them, who may ask for what, and how what is private is shown to others.</summary>
[Collection(SharedPeople.Name)]
public sealed class ContextTests(PeopledDpu dpu)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_is_private_is_read_by_jobs_of_its_user_alone_until_it_is_shown()
    {
        var (job, file) = await dpu.CopyAsync("jolien", "mydb", "flow");
        (file.Owner, file.Project, file.Privileges).ShouldBe(("jolien", "KIDS", "mydb"));
        var again = new JobSubmission("Again", ["-w", "flow"]) { Project = "KIDS" };

        // Of her own for herself; not for her project, and not for anybody else, who is told in the same words that there is nothing.
        (await TasksOfAsync("jolien", again with { Privileges = "mydb" })).ShouldBe(1);
        var hidden = (await RefusedAsync("jolien", again)).Message;
        (await RefusedAsync("mia", again)).Message.ShouldBe(hidden);
        (await RefusedAsync("mia", again with { Arguments = ["-w", "glow"] })).Message.ShouldBe(hidden.Replace("flow", "glow", StringComparison.Ordinal));
        (await RefusedAsync("mia", again with { Arguments = ["-n", "glow.fits"] })).Message.ShouldBe(
            (await RefusedAsync("mia", again with { Arguments = ["-n", file.Name] })).Message.Replace(file.Name, "glow.fits", StringComparison.Ordinal));

        var shown = await dpu.ClientOf("jolien").ShowToAsync(job, new ContextRequest(), None);
        (shown.Project, shown.Privileges).ShouldBe(("KIDS", "project"));
        (await TasksOfAsync("mia", again)).ShouldBe(1);
        (await dpu.ClientOf("mia").FindFilesAsync($"job={job}", None)).ShouldHaveSingleItem().Privileges.ShouldBe("project");
        (await dpu.ClientOf("zoe").FindFilesAsync($"job={job}", None)).ShouldBeEmpty();
        await RefusedAsync("zoe", again with { Project = null, Privileges = "mydb" });

        // For all users it is made of what all users see.
        await RefusedAsync("mia", again with { Privileges = "users" });
        await dpu.ClientOf("jolien").ShowToAsync(job, new ContextRequest(Privileges: "users"), None);
        (await TasksOfAsync("zoe", again with { Project = null, Privileges = "users" })).ShouldBe(1);
        var back = await Should.ThrowAsync<DpuRefusedException>(dpu.ClientOf("jolien").ShowToAsync(job, new ContextRequest(Privileges: "mydb"), None));
        (back.Problem.Status, back.Problem.Code).ShouldBe((409, "is-shown"));
        (await dpu.ClientOf("operator").ShowToAsync(job, new ContextRequest(Privileges: "mydb"), None)).Privileges.ShouldBe("mydb");
        await RefusedAsync("zoe", again with { Project = null, Privileges = "users" });
    }

    [Fact]
    public async Task A_history_that_is_shown_hides_what_it_was_made_of()
    {
        var (_, secret) = await dpu.CopyAsync("jolien", "mydb", "source");
        var job = await dpu.RunAsync("jolien", new JobSubmission("Again", ["-w", "source"]) { Project = "KIDS", Privileges = "mydb" });
        await dpu.ClientOf("jolien").ShowToAsync(job, new ContextRequest(Privileges: "users"), None);

        (await dpu.ClientOf("jolien").GetProvenanceAsync(secret.Id, up: false, None)).Edges.ShouldContain(edge => edge.From == $"{job}/0/1");
        using var shown = await dpu.As("zoe").GetAsync(dpu.At($"/jobs/{job}?tasks=true"));
        (await shown.JsonAsync()).GetRawText().ShouldNotContain(secret.Id);
    }

    [Theory]
    [InlineData("one", """{"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true}""", null)]
    [InlineData("one", """{"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"priority":-3,"tags":["mine"],"estimatedSeconds":5}""", null)]
    [InlineData("one", """{"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"priority":1}""", "users of type 2 or 3: you are 'one', a user of type 1.")]
    [InlineData("one", """{"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"memoryBytes":1000000}""", "users of type 2 or 3: you are 'one', a user of type 1.")]
    [InlineData("two", """{"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"priority":1,"memoryBytes":1000000}""", null)]
    [InlineData("two", """{"command":["true"],"dryRun":true}""", "Commands of any kind are run by users of type 3: you are 'two', a user of type 2.")]
    [InlineData("zoe", """{"command":["true"],"dryRun":true,"priority":1,"cpus":1}""", null)]
    public async Task Each_type_of_user_may_ask_for_what_is_its(string user, string body, string? refusal)
    {
        using var answer = await dpu.As(user).PostAsync(dpu.At(body.Contains("command", StringComparison.Ordinal) ? "/exec" : "/jobs"), body);
        if (refusal is null)
        {
            await answer.JsonAsync();
        }
        else
        {
            (await answer.ProblemAsync(403, "not-allowed")).Detail!.ShouldEndWith(refusal);
        }
    }

    [Fact]
    public async Task What_runs_again_takes_what_it_took_and_more_of_it_takes_more()
    {
        var job = (await dpu.ClientOf("one").SubmitAsync(new JobSubmission("Copy", ["-i", "WFI", "-w", "one"]), IdempotencyKey.Create(), None)).JobId;
        await dpu.EndAsync("one", job);

        (await ProblemAsync("one", $"/jobs/{job}/retry", """{"memoryBytes":5000000}""")).ShouldBe((403, "not-allowed"));
        (await ProblemAsync("one", $"/jobs/{job}/priority", """{"priority":1}""")).ShouldBe((403, "not-allowed"));
        (await ProblemAsync("one", $"/jobs/{job}/priority", """{"priority":-1}""")).ShouldBe((409, "ended"));
    }

    [Fact]
    public async Task Who_may_not_change_a_job_is_told_whose_it_is()
    {
        using var answer = await dpu.As("mia").PostAsync(dpu.At($"/jobs/{dpu.ProjectJob}/hold"), "{}");
        (await answer.ProblemAsync(403, "not-allowed")).Detail!.ShouldBe(
            $"Job {dpu.ProjectJob} is ewout's: only ewout and operators change it. This is for operators (nodes, keys, users, configuration, files of the DPU's host, other people's jobs): you are 'mia', a user of type 3.");
    }

    [Fact]
    public async Task An_idempotency_key_is_its_users_own()
    {
        var submission = new JobSubmission("Copy", ["-i", "WFI", "-w", "key"]);
        var jolien = await dpu.ClientOf("jolien").SubmitAsync(submission with { Project = "KIDS", Privileges = "mydb" }, "the same key", None);

        var zoe = await dpu.ClientOf("zoe").SubmitAsync(submission, "the same key", None);
        zoe.JobId.ShouldNotBe(jolien.JobId);
        (await dpu.ClientOf("zoe").SubmitAsync(submission, "the same key", None)).JobId.ShouldBe(zoe.JobId);
        var other = await Should.ThrowAsync<DpuRefusedException>(dpu.ClientOf("zoe").SubmitAsync(submission with { Privileges = "users" }, "the same key", None));
        other.Problem.Code.ShouldBe("key-reused");
    }

    [Fact]
    public async Task A_job_is_run_again_as_ones_own_with_what_it_was_asked()
    {
        var job = await dpu.ClientOf("mia").RerunAsync(dpu.ProjectJob, new RerunRequest(), IdempotencyKey.Create(), None);
        await dpu.EndAsync("mia", job.JobId);

        var shown = await dpu.ClientOf("mia").GetJobAsync(job.JobId, tasks: false, None);
        (shown.User, shown.Sequence, shown.Project, shown.Privileges).ShouldBe(("mia", "Copy", "common", "project"));
        (await dpu.ClientOf("mia").GetResultsAsync(job.JobId, None)).ShouldHaveSingleItem().Name.ShouldBe("open.fits");
        (await dpu.ClientOf("mia").GetCampaignUnitsAsync("open", None)).ShouldHaveSingleItem().Attempt.ShouldBeGreaterThan(1);
        var command = (await dpu.ClientOf("zoe").SubmitAsync(new ExecSubmission(["true"]), IdempotencyKey.Create(), None)).JobId;
        (await ProblemAsync("zoe", $"/jobs/{command}/rerun", "{}")).ShouldBe((422, "no-recipes"));
    }

    [Fact]
    public async Task What_is_ingested_belongs_to_whom_it_is_said()
    {
        var folder = Directory.CreateTempSubdirectory("dpu-ingest-").FullName;
        try
        {
            var frame = Ingest.Frames.Write(folder, "mine.fits");
            var registered = await dpu.ClientOf("operator").IngestAsync(new IngestRequest([frame]) { Project = "KIDS", Privileges = "project" }, None);
            var id = registered.Registered.ShouldHaveSingleItem().Id;

            (await dpu.ClientOf("zoe").FindFilesAsync(id, None)).ShouldBeEmpty();
            var file = (await dpu.ClientOf("mia").FindFilesAsync(id, None)).ShouldHaveSingleItem();
            (file.Owner, file.Project, file.Privileges).ShouldBe((Environment.UserName, "KIDS", "project"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_stream_ends_when_the_job_is_taken_back()
    {
        var job = (await dpu.ClientOf("zoe").SubmitAsync(new ExecSubmission(["sh", "-c", "echo begun; sleep 1000"]) { Privileges = "users" }, IdempotencyKey.Create(), None)).JobId;
        using var events = await dpu.As("mia").GetAsync(dpu.At($"/jobs/{job}/events"), HttpCompletionOption.ResponseHeadersRead);
        using var logs = await dpu.As("mia").GetAsync(dpu.At($"/jobs/{job}/logs?follow=true"), HttpCompletionOption.ResponseHeadersRead);
        await dpu.ClientOf("operator").ShowToAsync(job, new ContextRequest(Privileges: "mydb"), None);

        // Both end by themselves, without an end of the job in them.
        (await events.Content.ReadAsStringAsync()).ShouldNotContain("CANCELLED");
        (await logs.Content.ReadAsStringAsync()).ShouldNotContain("event: end");
        await dpu.ClientOf("zoe").CancelAsync(job, force: true, None);
    }

    private async Task<int> TasksOfAsync(string user, JobSubmission submission) => (await dpu.ClientOf(user).PreviewAsync(submission, None)).Steps[0].Tasks;

    private async Task<DpuRefusedException> RefusedAsync(string user, JobSubmission submission) =>
        await Should.ThrowAsync<DpuRefusedException>(dpu.ClientOf(user).PreviewAsync(submission, None));

    private async Task<(int Status, string? Code)> ProblemAsync(string user, string path, string body)
    {
        using var answer = await dpu.As(user).PostAsync(dpu.At(path), body);
        var problem = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ApiJson.Default.Problem)!;
        return ((int)answer.StatusCode, problem.Code);
    }
}
