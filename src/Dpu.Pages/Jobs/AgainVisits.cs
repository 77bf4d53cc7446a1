using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Jobs;

/// <summary>Running a job again, or the same as another job: first the plan, then the deed.</summary>
internal static class AgainVisits
{
    private const long MebiByte = 1 << 20;

    /// <summary>The form without a plan: that is asked for by a form, for the API tells a page of ours from others by what sends it.</summary>
    public static async Task<PageAnswer> ShowRetryAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        return PageAnswer.Of<RetryPage>(new RetryModel(head, JobRights.Of(head.Job, (await visit.FrameAsync()).Who), null, null, null, null, ""));
    }

    public static async Task<PageAnswer> RetryAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        var (memory, set, key) = (JobVisits.TextOf(form["memory"]), JobVisits.TextOf(form["set"]), form["key"].ToString());
        if (form["plan"] == "true")
        {
            return await RetryPageAsync(visit, memory, set, Guid.NewGuid().ToString("N"), refusal: null);
        }

        if (Request(memory, set, dryRun: false) is not { } asked)
        {
            return await RetryPageAsync(visit, memory, set, key, BadMemory(memory));
        }

        var id = visit.RouteText("id");
        var reply = await visit.Api.PostAsync($"/jobs/{id}/retry", asked, ApiJson.Default.RetryRequest, ApiJson.Default.JobSummary, key);
        return reply.Problem is { } problem ? await RetryPageAsync(visit, memory, set, key, problem) : new PageAnswer.SeeOther($"/jobs/{id}");
    }

    /// <inheritdoc cref="ShowRetryAsync"/>
    public static async Task<PageAnswer> ShowRerunAsync(Visit visit) => PageAnswer.Of<RerunPage>(
        new RerunModel(await JobHead.ReadAsync(visit), (await visit.FrameAsync()).Who?.Projects ?? [], null, null, null, null, ""));

    public static async Task<PageAnswer> RerunAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        var (project, privileges, key) = (JobVisits.TextOf(form["project"]), JobVisits.TextOf(form["privileges"]), form["key"].ToString());
        if (form["plan"] == "true")
        {
            return await RerunPageAsync(visit, project, privileges, Guid.NewGuid().ToString("N"), refusal: null);
        }

        var asked = new RerunRequest(project, privileges);
        var reply = await visit.Api.PostAsync($"/jobs/{visit.RouteText("id")}/rerun", asked, ApiJson.Default.RerunRequest, ApiJson.Default.JobAccepted, key);
        return reply.Value is { } accepted
            ? new PageAnswer.SeeOther($"/jobs/{accepted.JobId.ToString(CultureInfo.InvariantCulture)}")
            : await RerunPageAsync(visit, project, privileges, key, reply.Problem);
    }

    private static async Task<PageAnswer> RetryPageAsync(Visit visit, string? memory, string? set, string key, Problem? refusal)
    {
        var head = await JobHead.ReadAsync(visit);
        var rights = JobRights.Of(head.Job, (await visit.FrameAsync()).Who);
        RetryPlan? plan = null;
        if (Request(memory, set, dryRun: true) is { } asked)
        {
            var reply = await visit.Api.PostAsync($"/jobs/{head.Id}/retry", asked, ApiJson.Default.RetryRequest, ApiJson.Default.RetryPlan);
            (plan, refusal) = (reply.Value, refusal ?? reply.Problem);
        }
        else
        {
            refusal ??= BadMemory(memory);
        }

        return PageAnswer.Of<RetryPage>(new RetryModel(head, rights, memory, set, plan, SentenceOf(refusal), key), refusal?.Status ?? StatusCodes.Status200OK);
    }

    private static async Task<PageAnswer> RerunPageAsync(Visit visit, string? project, string? privileges, string key, Problem? refusal)
    {
        var head = await JobHead.ReadAsync(visit);
        var who = (await visit.FrameAsync()).Who;
        var reply = await visit.Api.PostAsync($"/jobs/{head.Id}/rerun", new RerunRequest(project, privileges, DryRun: true), ApiJson.Default.RerunRequest, ApiJson.Default.PlanPreview);
        refusal ??= reply.Problem;
        return PageAnswer.Of<RerunPage>(new RerunModel(head, who?.Projects ?? [], project, privileges, reply.Value, SentenceOf(refusal), key), refusal?.Status ?? StatusCodes.Status200OK);
    }

    /// <summary>Null when the memory is none.</summary>
    private static RetryRequest? Request(string? memory, string? set, bool dryRun)
    {
        long? bytes = memory is null ? null : long.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) && mebibytes is > 0 and <= long.MaxValue / MebiByte ? mebibytes * MebiByte : -1;
        var options = (set ?? "").Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Trim().Length > 0).ToList();
        return bytes == -1 ? null : new RetryRequest(bytes, options.Count == 0 ? null : options, dryRun);
    }

    private static Problem BadMemory(string? memory) =>
        new("Refused", StatusCodes.Status422UnprocessableEntity, $"'{memory}' is no memory: it is a whole number of MiB, such as 4096.");

    private static string? SentenceOf(Problem? problem) => problem is null ? null : problem.Detail ?? problem.Title;
}
