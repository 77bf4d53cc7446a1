using System.Collections.Immutable;
using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Domain.Estimates;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>A job in pictures: as a graph, over time, as a command; and single tasks. As quick for a job of a million tasks as for one of ten.</summary>
internal sealed class JobViewEndpoints(ApiServices services)
{
    private const int AttemptsDrawnMax = 200;
    private const int TasksSampledMax = 4000;
    private const int PiecesUsual = 120;
    private const int PiecesMax = 1000;
    private const int NodesMax = 24;
    private const int InputsMax = 200;

    public Task<IResult> GraphAsync(HttpContext context) => WithPlanAsync(context, async (visible, job, plan) =>
    {
        var running = job.Line.EndedAt is null ? await services.Facts.GetAsync("running", job.Line, () => visible.Queue.GetRunningAsync(job.Id, services.Stopping), context.RequestAborted) : [];
        var flows = StepFlow.Of(plan);
        var steps = job.Details.Steps.Select((row, index) => Step(row, plan.Steps[index], flows[index], running.ElementAtOrDefault(index)));
        return Endpoints.Json(new StepGraph(job.Id.Value, [.. steps], SecondsLeft(job, plan)), ApiJson.Default.StepGraph);
    });

    public async Task<IResult> TimelineAsync(HttpContext context)
    {
        var asked = context.Request.Query["pieces"].ToString();
        var pieces = PiecesUsual;
        if (asked.Length > 0 && !(int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out pieces) && pieces is > 0 and <= PiecesMax))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-pieces", $"'{asked}' is no number of pieces: it is from 1 to {PiecesMax}.");
        }

        return await WithJobAsync(context, async (visible, job) =>
        {
            var sample = await services.Facts.GetAsync(
                "attempts", job.Line, () => visible.Queue.SampleAttemptsAsync(job.Id, TasksSampledMax, services.Stopping), context.RequestAborted) ?? new AttemptSample([], 1);
            var timeline = Timeline.Of(sample, pieces, NodesMax, services.System.Time.GetUtcNow());
            var few = sample is { Stride: 1, Attempts.Length: <= AttemptsDrawnMax };
            return Endpoints.Json(
                new JobTimeline(
                    job.Id.Value,
                    timeline?.From,
                    timeline?.To,
                    sample.Stride,
                    few ? [.. sample.Attempts.Select(attempt => Attempt(attempt, job.Details.Steps[attempt.Step].Name))] : null,
                    [.. (timeline?.Nodes ?? []).Select(node => new TimelineNode(node.Node, [.. node.Running.Select(running => Math.Round(running, 3))], node.Failed))]),
                ApiJson.Default.JobTimeline);
        });
    }

    public Task<IResult> CommandAsync(HttpContext context) => WithPlanAsync(context, async (_, job, plan) =>
    {
        var spec = await job.FindSpecAsync(context.RequestAborted) ?? throw new InvalidOperationException("A job with a plan was submitted.");
        var command = RepeatCommand.Of(job.Id, spec, plan);
        return Endpoints.Json(new JobCommandLine(job.Id.Value, command.Words, command.Text, command.Notes), ApiJson.Default.JobCommandLine);
    });

    /// <summary>The lines of a command's job, as they were given.</summary>
    public Task<IResult> LinesAsync(HttpContext context) => WithPlanAsync(context, (_, job, plan) => Task.FromResult(
        plan.Steps is [{ Work: StepWork.Exec { Lines: { } lines } }]
            ? new LinesResult(job.Id, lines)
            : (IResult)ProblemResult.Because(StatusCodes.Status404NotFound, "no-lines", $"Job {job.Id} was not given lines.")));

    public Task<IResult> TaskAsync(HttpContext context) => WithPlanAsync(context, async (visible, job, plan) =>
    {
        var number = int.Parse((string)context.Request.RouteValues["task"]!, CultureInfo.InvariantCulture);
        if (await visible.Queue.GetTaskAsync(job.Id, number, context.RequestAborted) is not { } row)
        {
            return ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-task", LogEndpoints.WithoutTask(job.Id, number, plan.TaskCount));
        }

        var step = plan.Steps[row.Step];
        var lastLines = row.Attempts.IsEmpty ? null : await LastLines.ReadAsync(job, row, context.RequestAborted);
        var outputs = await visible.Queue.GetResultsAsync(job.Id, new ResultFilter(InputsMax, Task: number), context.RequestAborted) ?? [];
        var group = (step.Work as StepWork.Groups)?.Tasks[number - step.First];
        var inputs = group?.Inputs.SelectMany(input => input.Value.Select(file => Input(input.Key, plan.Files[file]))).ToList() ?? [];
        return Endpoints.Json(
            new TaskInside(
                ApiMapping.Task(row, lastLines, (task, attempt) => services.PhaseOf(job.Id, task, attempt), step),
                step.Work is StepWork.Exec exec ? WordsOf(exec, number - step.First) : null,
                [.. inputs.Take(InputsMax)],
                inputs.Count,
                [.. (group?.Upstream ?? []).Take(InputsMax)],
                [.. outputs.Select(output => ApiMapping.File(output.File, services.Store, output.Main))]),
            ApiJson.Default.TaskInside);
    });

    private static GraphStep Step(StepRow row, StepPlan plan, StepFlow flow, int running) => new(
        row.Step,
        row.Name,
        row.Recipe,
        row.FirstTask,
        ApiMapping.Counts(row.Counts),
        running,
        flow.Before,
        [.. flow.Inputs.Select(input => new FilesOfType(input.Type, input.Files))],
        flow.Outputs,
        row.Resources.Cpus,
        row.Resources.MemoryBytes,
        row.WallTime?.TotalSeconds,
        plan.Rules.ExpectedSeconds);

    private double? SecondsLeft(OpenJob job, JobPlan plan)
    {
        if (job.Line is not { StartedAt: { } started, EndedAt: null })
        {
            return null;
        }

        var ran = services.System.Time.GetUtcNow() - started;
        var steps = job.Details.Steps.Select((row, index) => (row.Counts, plan.Steps[index].Rules.ExpectedSeconds)).ToImmutableArray();
        return TimeLeft.Of(steps, ran, TimeSpan.FromSeconds(job.Line.EstimatedSeconds))?.TotalSeconds;
    }

    private static TimelineAttempt Attempt(TimedAttempt attempt, string step) =>
        new(attempt.Task, attempt.Number, step, attempt.Node, attempt.Bad, attempt.StartedAt, attempt.EndedAt);

    private static TaskInput Input(string name, InputFile file) => new(name, file.Id, Path.GetFileName(file.Path), file.Type);

    private static IReadOnlyList<string> WordsOf(StepWork.Exec exec, int task) =>
        exec.Lines is { } lines ? [.. exec.Command.Select(word => word.Replace("{}", lines[task], StringComparison.Ordinal))] : exec.Command;

    private Task<IResult> WithPlanAsync(HttpContext context, Func<Visible, OpenJob, JobPlan, Task<IResult>> answer) => WithJobAsync(
        context,
        async (visible, job) => await job.FindPlanAsync(context.RequestAborted) is { } plan ? await answer(visible, job, plan) : ProblemResult.NoSuchJob(job.Id));

    private async Task<IResult> WithJobAsync(HttpContext context, Func<Visible, OpenJob, Task<IResult>> answer)
    {
        await services.FreshenAsync(context.RequestAborted);
        var visible = services.VisibleTo(context);
        var (job, refusal) = await visible.OpenAsync(Endpoints.JobOf(context), context.RequestAborted);
        return job is null ? refusal! : await answer(visible, job);
    }

    /// <summary>A line each, some at a time.</summary>
    private sealed class LinesResult(JobId job, TaskLines lines) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "text/plain; charset=utf-8";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentDisposition = $"attachment; filename=\"{job}-{RepeatCommand.LinesFile}\"";
            for (var first = 0; first < lines.Count; first += TaskLines.LinesPerBlock)
            {
                var block = Enumerable.Range(first, Math.Min(TaskLines.LinesPerBlock, lines.Count - first)).Select(line => lines[line] + "\n");
                await response.WriteAsync(string.Concat(block), httpContext.RequestAborted);
            }
        }
    }
}
