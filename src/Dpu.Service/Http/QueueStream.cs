using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// The queue as it changes. What is told counts in events of the journal, so a stream that broke goes on behind what was read, after a restart as well.
/// </summary>
internal sealed class QueueStream(ApiServices services)
{
    /// <summary>Who is told of more than so many jobs at once had better read the list.</summary>
    private const int JobsMax = 500;

    /// <summary>The first change after a quiet while is told at once; people do not read faster than this, and each look costs.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public async Task FollowAsync(HttpContext context)
    {
        var told = EventStream.LastIdOf(context);
        if (told.Length > 0 && !long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            await ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-event-id", $"'{told}' is no Last-Event-ID of this stream.").ExecuteAsync(context);
            return;
        }

        var queue = services.VisibleTo(context).Queue;
        var user = UserOf(context);
        await services.FreshenAsync(context.RequestAborted);
        var place = told.Length > 0 ? long.Parse(told, CultureInfo.InvariantCulture) : (await queue.GetChangedAsync(long.MaxValue, 1, context.RequestAborted)).Checkpoint;
        await using var events = await EventStream.OpenAsync(context, services.System.Time, services.Stopping);
        await events.SendAsync("start", "{}", IdOf(place));
        while (!events.Ended.IsCancellationRequested)
        {
            var head = services.Journal.HeadOrdering;
            await services.Readable.CaughtUpAsync(events.Ended);
            var changed = await queue.GetChangedAsync(place, JobsMax, events.Ended);
            await TellAsync(events, changed, user);
            place = changed.Checkpoint;
            await services.Journal.WaitForAsync(head + 1, events.Ended);
            await Task.Delay(Pace, services.System.Time, events.Ended);
        }
    }

    /// <summary>Each but the last with the place before it all: whoever is cut off in the middle is told them once more rather than never.</summary>
    private static async Task TellAsync(EventStream events, ChangedJobs changed, string? user)
    {
        if (changed.TooMany)
        {
            await events.SendAsync("many", "{}", IdOf(changed.Checkpoint));
            return;
        }

        var jobs = changed.Jobs.Where(job => user is null || job.User == user).ToList();
        for (var index = 0; index < jobs.Count; index++)
        {
            var json = JsonSerializer.Serialize(ApiMapping.Summary(jobs[index]), ApiJson.Default.JobSummary);
            await events.SendAsync("job", json, index == jobs.Count - 1 ? IdOf(changed.Checkpoint) : null);
        }
    }

    /// <summary>As in the list: the caller's own unless he says otherwise.</summary>
    private static string? UserOf(HttpContext context) =>
        context.Request.Query["user"] is [{ Length: > 0 } named] ? named : context.Request.Query["all"] == "true" ? null : RequestGuard.UserOf(context);

    private static string IdOf(long place) => place.ToString(CultureInfo.InvariantCulture);
}
