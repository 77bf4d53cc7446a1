using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What tasks printed, line by line.</summary>
internal sealed class LogEndpoints(ApiServices services)
{
    private const int PageBytes = 256 * 1024;

    private static readonly byte[] Newline = "\n"u8.ToArray();

    public async Task ReadAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var job = Endpoints.JobOf(context);
        var found = await services.Views.GetJobsAsync([job], context.RequestAborted);
        if (found.IsEmpty)
        {
            await ProblemResult.NoSuchJob(job).ExecuteAsync(context);
            return;
        }

        if (!TryTask(context.Request.Query["task"], out var task))
        {
            await BadTask($"'{context.Request.Query["task"]}' is no task's number: they count from 0.").ExecuteAsync(context);
            return;
        }

        var tasks = ApiMapping.Summary(found[0]).Counts.Total;
        if (task >= tasks)
        {
            await BadTask(WithoutTask(job, task.Value, tasks)).ExecuteAsync(context);
            return;
        }

        var selection = new LogSelection(job, task);
        if (context.Request.Query["follow"] == "true")
        {
            if (!LogPlace.TryParse(EventStream.LastIdOf(context), out var place))
            {
                await ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-event-id", "Last-Event-ID is none that came with a line of this log.").ExecuteAsync(context);
                return;
            }

            await FollowAsync(selection, place.Value, context);
        }
        else
        {
            await DumpAsync(selection, context);
        }
    }

    private static ProblemResult BadTask(string why) => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-task", why);

    private static string WithoutTask(JobId job, int task, int tasks) => string.Create(
        CultureInfo.InvariantCulture,
        $"Job {job} has no task {task}: it has {tasks} {(tasks == 1 ? "task, number 0" : $"tasks, numbers 0 to {tasks - 1}")}.");

    private static bool TryTask(string? text, out int? task)
    {
        task = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return task is not null || string.IsNullOrEmpty(text);
    }

    private async Task DumpAsync(LogSelection selection, HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        var lines = new LineAssembler();
        var cursor = LogCursor.Start;
        LogPage page;
        do
        {
            page = await services.Logs.ReadAsync(selection, cursor, PageBytes, context.RequestAborted);
            cursor = page.Next;
            foreach (var line in page.Chunks.SelectMany(lines.Add))
            {
                await WriteAsync(context, line);
            }
        }
        while (!page.AtEnd);

        foreach (var line in lines.Rest())
        {
            await WriteAsync(context, line);
        }
    }

    private async Task FollowAsync(LogSelection selection, LogPlace place, HttpContext context)
    {
        await using var events = await EventStream.OpenAsync(context, services.System.Time, services.Stopping);
        var lines = new FollowedLog(place);
        while (!events.Ended.IsCancellationRequested)
        {
            // Asked before reading: what was printed before the job's end is in the logs by then.
            var head = services.Journal.HeadOrdering;
            var ended = await HasEndedAsync(selection.Job, events.Ended);
            var page = await services.Logs.ReadAsync(selection, lines.Next, PageBytes, events.Ended);
            foreach (var (line, behind) in lines.Add(page))
            {
                await SendAsync(events, line, behind);
            }

            if (page.AtEnd && ended)
            {
                foreach (var (line, behind) in lines.Rest())
                {
                    await SendAsync(events, line, behind);
                }

                await events.SendAsync("end", "{}");
                return;
            }

            if (page.AtEnd)
            {
                await WaitForMoreAsync(selection.Job, lines.Next, head, events.Ended);
            }
        }
    }

    private async Task<bool> HasEndedAsync(JobId job, CancellationToken cancellationToken)
    {
        await services.Views.CaughtUpAsync(cancellationToken);
        return (await services.Views.GetJobsAsync([job], cancellationToken))[0].EndedAt is not null;
    }

    /// <summary>Until the job printed something, or something happened that may have been its end.</summary>
    private async Task WaitForMoreAsync(JobId job, LogCursor cursor, long head, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var printed = services.Logs.WaitAsync(job, cursor, either.Token);
        var happened = services.Journal.WaitForAsync(head + 1, either.Token);
        await Task.WhenAny(printed, happened);
        await either.CancelAsync();
    }

    private static Task SendAsync(EventStream events, LogLine line, LogPlace behind) =>
        events.SendAsync("line", JsonSerializer.Serialize(line, ApiJson.Default.LogLine), behind.ToString());

    private static async Task WriteAsync(HttpContext context, LogLine line)
    {
        await JsonSerializer.SerializeAsync(context.Response.Body, line, ApiJson.Default.LogLine, context.RequestAborted);
        await context.Response.Body.WriteAsync(Newline, context.RequestAborted);
    }
}
