using Dpu.Client.Contracts;
using Dpu.Domain.Estimates;
using Dpu.Domain.Recipes;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What a sequence took before: how long it will take is what people ask first.</summary>
internal sealed class SequenceHistoryEndpoint(ApiServices services)
{
    /// <summary>So many runs are told unless another number is asked for.</summary>
    public const int RunsUsual = 100;

    /// <summary>More nobody plots.</summary>
    public const int RunsMax = 1000;

    public async Task<IResult> GetAsync(HttpContext context)
    {
        if (!Paging.TryLimit(context, out var limit))
        {
            return Paging.BadLimit(context);
        }

        if (!Sequence.Parse(Endpoints.RouteText(context, "sequence"), services.Recipes).TryGet(out var sequence, out var errors))
        {
            return ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity, errors[0].Code, string.Join(' ', errors.Select(error => error.Message)), [.. errors.Select(ApiMapping.Error)]);
        }

        await services.FreshenAsync(context.RequestAborted);
        var runs = await services.VisibleTo(context).Queue.GetRunsAsync(
            sequence.Text, [.. sequence.Steps.Select(step => step.Recipe.Name).Distinct(StringComparer.Ordinal)], Math.Min(limit ?? RunsUsual, RunsMax), context.RequestAborted);
        return Endpoints.Json(
            new SequenceHistory(sequence.Text, [.. runs.Runs.Select(Run)], [.. runs.Figures.Select(figures => Figures(figures, runs.Scores.FirstOrDefault(score => score.Program == figures.Kind.Program)))]),
            ApiJson.Default.SequenceHistory);
    }

    private static PastRun Run(SequenceRun run) =>
        new(run.Job.Value, run.User, run.SubmittedAt, run.EndedAt, (run.EndedAt - run.StartedAt).TotalSeconds, run.EstimatedSeconds, run.Tasks);

    private static ProgramFigures Figures(TaskFigures figures, EstimateScore? score) => new(
        figures.Kind.Program,
        figures.Samples,
        figures.Seconds.Half,
        figures.Seconds.NineTenths,
        figures.Seconds.Most,
        (long)figures.MaxRssBytes.Half,
        (long)figures.MaxRssBytes.Most,
        score is null ? null : new EstimateQuality(score.Program, score.Steps, score.MedianRatio, score.WithinFactor2));
}
