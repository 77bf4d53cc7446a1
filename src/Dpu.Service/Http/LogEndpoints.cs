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
    private const int LinesUsual = 200;
    private const int LinesMax = 1000;

    private static readonly byte[] Newline = "\n"u8.ToArray();

    public async Task ReadAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var job = Endpoints.JobOf(context);
        var (open, refusal) = await services.VisibleTo(context).OpenAsync(job, context.RequestAborted);
        if (open is null)
        {
            await refusal!.ExecuteAsync(context);
            return;
        }

        if (!TryTask(context.Request.Query["task"], out var task))
        {
            await BadTask($"'{context.Request.Query["task"]}' is no task's number: they count from 0.").ExecuteAsync(context);
            return;
        }

        var tasks = open.Line.Counts.Total;
        if (task >= tasks)
        {
            await BadTask(WithoutTask(job, task.Value, tasks)).ExecuteAsync(context);
            return;
        }

        if (context.Request.Query["follow"] == "true")
        {
            var from = EventStream.LastIdOf(context) is { Length: > 0 } last ? last : context.Request.Query["from"].ToString();
            if (!LogPlace.TryParse(from, out var place))
            {
                await ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-event-id", $"'{from}' is no place in this log: it is the id of an event of it, or stands in one of its parts.").ExecuteAsync(context);
                return;
            }

            await FollowAsync(open, task, place.Value, context);
        }
        else
        {
            await DumpAsync(open, task, context);
        }
    }

    /// <summary>A part of what tasks printed: back from its end or from a place, or on from one; of all its lines or of those that are looked for.</summary>
    public async Task<IResult> PartAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!Paging.TryLimit(context, out var asked))
        {
            return Paging.BadLimit(context);
        }

        if (LogWanted.Read(query, out var flaw) is not { } wanted)
        {
            return flaw!;
        }

        var (before, after) = (query["before"].ToString(), query[Paging.After].ToString());
        if (!LogPlace.TryParse(before, out var end) || !LogPlace.TryParse(after, out var begin) || (before.Length > 0 && after.Length > 0))
        {
            return Paging.BadCursor(before.Length > 0 ? before : after);
        }

        await services.FreshenAsync(context.RequestAborted);
        var (job, refusal) = await services.VisibleTo(context).OpenAsync(Endpoints.JobOf(context), context.RequestAborted);
        if (job is null)
        {
            return refusal!;
        }

        if (wanted.Task >= job.Line.Counts.Total)
        {
            return BadTask(WithoutTask(job.Id, wanted.Task.Value, job.Line.Counts.Total));
        }

        var search = new LogParts(job, wanted, Math.Min(asked ?? LinesUsual, LinesMax), context.RequestAborted);
        return Endpoints.Json(after.Length > 0 ? await search.OnAsync(begin.Value) : await search.BackAsync(before.Length > 0 ? end : null), ApiJson.Default.LogPart);
    }

    private static ProblemResult BadTask(string why) => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-task", why);

    /// <summary>What is wrong with a task's number.</summary>
    public static string WithoutTask(JobId job, int task, int tasks) => string.Create(
        CultureInfo.InvariantCulture,
        $"Job {job} has no task {task}: it has {tasks} {(tasks == 1 ? "task, number 0" : $"tasks, numbers 0 to {tasks - 1}")}.");

    private static bool TryTask(string? text, out int? task)
    {
        task = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return task is not null || string.IsNullOrEmpty(text);
    }

    private static async Task DumpAsync(OpenJob job, int? task, HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        var lines = new LineAssembler();
        var cursor = LogCursor.Start;
        LogPage page;
        do
        {
            page = await job.ReadAsync(task, attempt: null, cursor, PageBytes, context.RequestAborted);
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

    private async Task FollowAsync(OpenJob job, int? task, LogPlace place, HttpContext context)
    {
        await using var events = await EventStream.OpenAsync(context, services.System.Time, services.Stopping);
        var lines = new FollowedLog(place);
        while (!events.Ended.IsCancellationRequested)
        {
            // Asked before reading: what was printed before the job's end is in the logs by then.
            var head = services.Journal.HeadOrdering;
            await services.Readable.CaughtUpAsync(events.Ended);
            if ((await services.VisibleTo(context).OpenAsync(job.Id, events.Ended)).Job is not { } now)
            {
                // It was taken back from those who saw it.
                return;
            }

            var ended = now.Line.EndedAt is not null;
            var page = await job.ReadAsync(task, attempt: null, lines.Next, PageBytes, events.Ended);
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
                await WaitForMoreAsync(job, lines.Next, head, events.Ended);
            }
        }
    }

    /// <summary>Until the job printed something, or something happened that may have been its end.</summary>
    private async Task WaitForMoreAsync(OpenJob job, LogCursor cursor, long head, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var printed = job.WaitForOutputAsync(cursor, either.Token);
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
