using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Jobs;

/// <summary>A job at a glance, and what is done to it.</summary>
internal static class JobVisits
{
    public static Task<PageAnswer> ShowAsync(Visit visit) => ShowAsync(visit, refusal: null);

    public static async Task<PageAnswer> CancelAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        return await DoAsync(visit, "cancel", new CancelRequest(form["force"] == "true"), ApiJson.Default.CancelRequest);
    }

    public static async Task<PageAnswer> HoldAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        return await DoAsync(visit, "hold", new HoldRequest(TextOf(form["reason"])), ApiJson.Default.HoldRequest);
    }

    public static Task<PageAnswer> ReleaseAsync(Visit visit) => DoAsync(visit, "release", new ReleaseRequest(), ApiJson.Default.ReleaseRequest);

    public static async Task<PageAnswer> PriorityAsync(Visit visit)
    {
        var (form, what) = (await PageForm.ReadAsync(visit.Http), "priority");
        return int.TryParse(form[what], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? await DoAsync(visit, what, new PriorityRequest(priority), ApiJson.Default.PriorityRequest)
            : await ShowAsync(visit, new Problem("Refused", StatusCodes.Status422UnprocessableEntity, $"'{form[what]}' is no priority: it is a whole number such as 5, and 0 is usual."));
    }

    public static async Task<PageAnswer> PromoteAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        return await DoAsync(visit, "context", new ContextRequest(TextOf(form["project"]), TextOf(form["privileges"])), ApiJson.Default.ContextRequest);
    }

    /// <summary>A field that was left empty was not filled in.</summary>
    public static string? TextOf(string? field) => string.IsNullOrWhiteSpace(field) ? null : field;

    private static async Task<PageAnswer> DoAsync<T>(Visit visit, string what, T asked, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var id = visit.RouteText("id");
        var reply = await visit.Api.PostAsync($"/jobs/{id}/{what}", asked, type, ApiJson.Default.JobSummary);
        return reply.Problem is { } problem ? await ShowAsync(visit, problem) : new PageAnswer.SeeOther($"/jobs/{id}");
    }

    private static async Task<PageAnswer> ShowAsync(Visit visit, Problem? refusal)
    {
        var head = await JobHead.ReadAsync(visit);
        var frame = await visit.FrameAsync();
        var why = await visit.Api.TryGetAsync($"/jobs/{head.Id}/explain", ApiJson.Default.JobExplanation);
        var isInside = why.Problem is not { Status: StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden };
        var model = new JobModel(head, why.Value, null, null, null, isInside ? null : why.Problem!.Detail, JobRights.Of(head.Job, frame.Who), refusal);
        if (isInside)
        {
            model = model with
            {
                Graph = (await visit.Api.TryGetAsync($"/jobs/{head.Id}/graph", ApiJson.Default.StepGraph)).Value,
                Timeline = (await visit.Api.TryGetAsync($"/jobs/{head.Id}/timeline", ApiJson.Default.JobTimeline)).Value,
                Command = (await visit.Api.TryGetAsync($"/jobs/{head.Id}/command", ApiJson.Default.JobCommandLine)).Value,
            };
        }

        return PageAnswer.Of<JobPage>(model, refusal?.Status ?? StatusCodes.Status200OK);
    }
}
