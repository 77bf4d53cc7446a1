using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
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
        var model = await ReadAsync(visit, Filled.From(visit.Http.Request.Query).Without(FieldNames.Settings));
        var history = await visit.Api.TryGetAsync($"/sequences/{Uri.EscapeDataString(model.Sequence)}/history?limit={RunsPlotted}", ApiJson.Default.SequenceHistory);
        return PageAnswer.Of<SubmitPage>(model with { History = history.Value });
    }

    public static async Task<PageAnswer> PostAsync(Visit visit)
    {
        var form = await PageForm.ReadAsync(visit.Http, Allowed.ToShip(await visit.FrameAsync()) ? PageForm.CodeMax : PageForm.UsualMax);
        var (filled, warning, problem) = await Brought.TakeAsync(visit, form, Filled.From(form));
        var model = await ReadAsync(visit, filled) with { Warning = warning };
        if (problem is not null || model.Refusal is not null)
        {
            return problem is null ? Refused(model, StatusCodes.Status422UnprocessableEntity) : Refused(model, problem);
        }

        var (submits, key) = (form[FieldNames.Step].ToString() == FieldNames.StepSubmit, form[FieldNames.Key].ToString());
        if (LoopVisits.IsAsked(model.Filled))
        {
            return await LoopVisits.PostAsync(visit, model, submits, key);
        }

        var (submission, problems) = SubmissionOf.Form(model.Sequence, model.Options, model.Filled);
        return submission is null ? Refused(model with { Problems = problems }, StatusCodes.Status422UnprocessableEntity)
            : submits ? await SubmitAsync(visit, model, submission, key)
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

    /// <summary>The form, as the version and the code that are chosen have it. What is wrong with these is said on it, and the usual one is shown: nothing that was filled in is lost.</summary>
    private static async Task<SubmitModel> ReadAsync(Visit visit, Filled filled)
    {
        var sequence = $"/sequences/{Uri.EscapeDataString(visit.RouteText("sequence"))}/options";
        var of = new Query(sequence).With("version", filled[FieldNames.Version]?.Trim()).With("code", filled[FieldNames.Code]).ToString();
        var reply = await visit.Api.TryGetAsync(of, ApiJson.Default.SequenceOptions);
        var usual = reply.Value is null && of != sequence ? await visit.Api.TryGetAsync(sequence, ApiJson.Default.SequenceOptions) : null;
        var options = reply.Value ?? usual?.Value ?? throw new ApiRefusedException(reply.Problem!);
        var all = await visit.Api.TryGetAsync(RecipesVisits.ListOf(filled[FieldNames.Version]?.Trim(), filled[FieldNames.Code]), ApiJson.Default.IReadOnlyListSequenceInfo);
        var code = filled[FieldNames.Code] is { Length: > 0 } sha256 ? await visit.Api.TryGetAsync($"/code/{Uri.EscapeDataString(sha256)}", ApiJson.Default.CodeInfo) : null;
        var notify = Allowed.ToRun(await visit.FrameAsync()) ? await visit.Api.TryGetAsync("/notify", ApiJson.Default.NotifyInfo) : null;
        var info = all.Value?.FirstOrDefault(one => one.Name == options.Sequence);
        return new SubmitModel(options.Sequence, info, OptionField.Of(options), filled)
        {
            Parameters = [.. options.Steps.SelectMany(step => step.Parameters ?? []).DistinctBy(parameter => parameter.Name)],
            OtherWays = [.. (info?.Variants ?? []).Prepend(info?.VariantOf).OfType<string>().Where(other => other != options.Sequence)],
            Code = code?.Value,
            Notify = notify?.Value is { Offered.Count: > 0 } offered ? offered : null,
            Refusal = usual is null ? null : reply.Problem!.Detail ?? reply.Problem.Title,
        };
    }
}
