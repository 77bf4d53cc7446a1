using System.Globalization;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Recipes.Loops;

/// <summary>
/// A job for each of many values, in the same two steps as a single one. Each has a name of its own, made of the plan's and its place: submitted twice, or after half of them was lost on the way, each is
/// one job.
/// </summary>
internal static class LoopVisits
{
    private const int PlansAtOnce = 4;
    private const int SubmissionsAtOnce = 16;

    public static bool IsAsked(Filled filled) =>
        filled[FieldNames.LoopOption] is { Length: > 0 } || filled[FieldNames.LoopValues] is { Length: > 0 } || filled[FieldNames.LoopQuery]?.Trim() is { Length: > 0 };

    public static async Task<PageAnswer> PostAsync(Visit visit, SubmitModel model, bool submit, string key)
    {
        try
        {
            var option = OptionOf(model);
            var values = await LoopValues.ReadAsync(visit, option, model.Filled);
            var campaign = model.Filled[FieldNames.Campaign]?.Trim() is { Length: > 0 } named ? named : CampaignOf(model.Sequence, visit.Time.GetUtcNow());
            return submit ? await SubmitAsync(visit, model, option, campaign, values, key) : await PlanAsync(visit, model, option, campaign, values);
        }
        catch (FormatException error)
        {
            return PageAnswer.Of<SubmitPage>(model with { Problems = [new ProblemItem("bad-loop", error.Message, FieldNames.LoopOption)] }, StatusCodes.Status422UnprocessableEntity);
        }
    }

    private static OptionField OptionOf(SubmitModel model) => model.Filled[FieldNames.LoopOption] is { Length: > 0 } name
        ? model.Options.FirstOrDefault(option => option.Option.LongName == name) ?? throw new FormatException($"{model.Sequence} has no option '{name}': choose one of its own.")
        : throw new FormatException("There are values for many jobs, but it is not said of which option: choose it.");

    private static string CampaignOf(string sequence, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"{sequence} {now:yyyy-MM-dd HH:mm:ss}");

    private static async Task<PageAnswer> PlanAsync(Visit visit, SubmitModel model, OptionField option, string campaign, IReadOnlyList<string> values)
    {
        var rows = await EachAsync(visit, values, PlansAtOnce, async (value, _) =>
        {
            var (submission, problem) = Make(model, option, campaign, value);
            if (submission is null)
            {
                return new LoopRow(value, null, problem, null);
            }

            var reply = await visit.Api.PostAsync("/jobs", submission with { DryRun = true }, ApiJson.Default.JobSubmission, ApiJson.Default.PlanPreview);
            return new LoopRow(value, reply.Value, reply.Problem, null);
        });
        return PageAnswer.Of<SubmitPage>(model with { Loop = new LoopPlan(option, campaign, rows, IsSubmitted: false), Key = IdempotencyKey.Create() });
    }

    private static async Task<PageAnswer> SubmitAsync(Visit visit, SubmitModel model, OptionField option, string campaign, IReadOnlyList<string> values, string key)
    {
        var rows = await EachAsync(visit, values, SubmissionsAtOnce, async (value, index) =>
        {
            var (submission, problem) = Make(model, option, campaign, value);
            if (submission is null)
            {
                return new LoopRow(value, null, problem, null);
            }

            var reply = await visit.Api.PostAsync("/jobs", submission, ApiJson.Default.JobSubmission, ApiJson.Default.JobAccepted, string.Create(CultureInfo.InvariantCulture, $"{key}-{index}"));
            return new LoopRow(value, null, reply.Problem, reply.Value);
        });
        var bad = rows.Count(row => row.Problem is not null);
        return bad == 0
            ? new PageAnswer.SeeOther("/campaigns/" + Uri.EscapeDataString(campaign))
            : PageAnswer.Of<SubmitPage>(model with { Loop = new LoopPlan(option, campaign, rows, IsSubmitted: true), Key = key }, rows.First(row => row.Problem is not null).Problem!.Status);
    }

    private static (JobSubmission? Submission, Problem? Problem) Make(SubmitModel model, OptionField option, string campaign, string value)
    {
        var (submission, problems) = SubmissionOf.Form(model.Sequence, model.Options, model.Filled.With(option.Name, value));
        return submission is null
            ? (null, new Problem("Refused", StatusCodes.Status422UnprocessableEntity, string.Join(' ', problems.Select(problem => problem.Message))))
            : (submission with { Campaign = new CampaignPlace(campaign, value) }, null);
    }

    /// <summary>Several at a time: what is planned waits for the catalog, what is submitted shares a commit with others.</summary>
    private static async Task<IReadOnlyList<LoopRow>> EachAsync(Visit visit, IReadOnlyList<string> values, int atOnce, Func<string, int, Task<LoopRow>> ask)
    {
        var rows = new LoopRow[values.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, values.Count),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = visit.Http.RequestAborted },
            async (index, _) => rows[index] = await ask(values[index], index));
        return rows;
    }
}
