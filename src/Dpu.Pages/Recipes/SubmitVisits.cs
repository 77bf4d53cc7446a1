using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Pages.Recipes.Loops;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Recipes;

/// <summary>
/// A submission in two steps: the form, then its plan; what is confirmed is exactly what was planned. The plan carries the name under which it is submitted: pressed twice, it is one job.
/// </summary>
internal static class SubmitVisits
{
    private const int RunsPlotted = 100;

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var model = await ReadAsync(visit, Filled.From(visit.Http.Request.Query));
        var history = await visit.Api.TryGetAsync($"/sequences/{Uri.EscapeDataString(model.Sequence)}/history?limit={RunsPlotted}", ApiJson.Default.SequenceHistory);
        return PageAnswer.Of<SubmitPage>(model with { History = history.Value });
    }

    public static async Task<PageAnswer> PostAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http);
        var model = await ReadAsync(visit, Filled.From(form));
        var (submits, key) = (form[FieldNames.Step].ToString() == FieldNames.StepSubmit, form[FieldNames.Key].ToString());
        if (LoopVisits.IsAsked(model.Filled))
        {
            return await LoopVisits.PostAsync(visit, model, submits, key);
        }

        var (submission, problems) = SubmissionOf.Form(model.Sequence, model.Options, model.Filled);
        if (submission is null)
        {
            return Refused(model with { Problems = problems }, StatusCodes.Status422UnprocessableEntity);
        }

        return submits
            ? await SubmitAsync(visit, model, submission, key)
            : await PlanAsync(visit, model, submission);
    }

    private static async Task<PageAnswer> PlanAsync(Visit visit, SubmitModel model, JobSubmission submission)
    {
        var reply = await visit.Api.PostAsync("/jobs", submission with { DryRun = true }, ApiJson.Default.JobSubmission, ApiJson.Default.PlanPreview);
        return reply.Value is { } plan
            ? PageAnswer.Of<SubmitPage>(model with { Plan = plan, Key = IdempotencyKey.Create() })
            : Refused(model, reply.Problem!);
    }

    private static async Task<PageAnswer> SubmitAsync(Visit visit, SubmitModel model, JobSubmission submission, string key)
    {
        var reply = await visit.Api.PostAsync("/jobs", submission, ApiJson.Default.JobSubmission, ApiJson.Default.JobAccepted, key);
        return reply.Value is { } accepted
            ? new PageAnswer.SeeOther($"/jobs/{accepted.JobId}")
            : Refused(model, reply.Problem!);
    }

    private static PageAnswer Refused(SubmitModel model, Problem problem) =>
        Refused(model with { Refusal = problem.Detail ?? problem.Title, Problems = problem.Errors ?? [] }, problem.Status);

    private static PageAnswer Refused(SubmitModel model, int status) => PageAnswer.Of<SubmitPage>(model, status);

    private static async Task<SubmitModel> ReadAsync(Visit visit, Filled filled)
    {
        var sequence = visit.RouteText("sequence");
        var options = await visit.Api.GetAsync($"/sequences/{Uri.EscapeDataString(sequence)}/options", ApiJson.Default.SequenceOptions);
        var all = await visit.Api.TryGetAsync("/sequences", ApiJson.Default.IReadOnlyListSequenceInfo);
        return new SubmitModel(options.Sequence, all.Value?.FirstOrDefault(one => one.Name == options.Sequence), OptionField.Of(options), filled);
    }
}
