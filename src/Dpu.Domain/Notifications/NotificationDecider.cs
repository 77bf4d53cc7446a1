using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Notifications;

/// <summary>A job that has ended, and what its submission said of notifications.</summary>
/// <param name="Job">The job.</param>
/// <param name="Ways">How its user is to be told; null when his settings decide, none when he is not to be told.</param>
public sealed record NewlyEnded(EndedJob Job, ImmutableArray<NotifyWay>? Ways);

/// <summary>Every decision about notifications, as a pure function of what is known.</summary>
/// <remarks>
/// <code>
/// job ended ──► pending ──► delivered
///                 ▲  │ failed
///                 └──┘──► given up (refused for good, no longer wanted, or the last try failed)
/// </code>
/// </remarks>
public static class NotificationDecider
{
    private const int TriesMax = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseMax = TimeSpan.FromHours(1);

    /// <summary>What somebody wants from now on. What was looked at until then is written down along with it: he is not told of what ended before.</summary>
    public static ImmutableArray<NotificationEvent> Change(NotificationState state, string user, NotifySettings settings, long seen, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(settings);
        return state.SettingsOf(user) == settings
            ? []
            : [new NotificationEvent.Noticed(Math.Max(seen, state.Seen?.Ordering ?? 0), [], now), new NotificationEvent.SettingsChanged(user, settings, now)];
    }

    /// <summary>Of which of these jobs somebody is to be told. None of them: nothing is written down.</summary>
    public static ImmutableArray<NotificationEvent> Notice(NotificationState state, IEnumerable<NewlyEnded> ended, long ordering, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        var due = ended.Where(one => IsNews(state, one.Job)).SelectMany(one => WaysOf(state, one).Select(way => new DueNotification(way, one.Job))).ToImmutableArray();
        return due.IsEmpty ? [] : [new NotificationEvent.Noticed(ordering, due, now)];
    }

    /// <summary>A notification could not be delivered.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="id">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="isFinal">Whether it would fail again in the same way.</param>
    /// <param name="now">The time.</param>
    public static ImmutableArray<NotificationEvent> Fail(NotificationState state, string id, string reason, bool isFinal, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        return !state.Pending.TryGetValue(id, out var pending)
            ? []
            : [new NotificationEvent.Failed(id, reason, isFinal || pending.Tries + 1 >= TriesMax ? null : now + PauseAfter(pending.Tries), now)];
    }

    /// <summary>It was delivered.</summary>
    public static ImmutableArray<NotificationEvent> Deliver(NotificationState state, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Pending.ContainsKey(id) ? [new NotificationEvent.Delivered(id, now)] : [];
    }

    private static bool IsNews(NotificationState state, EndedJob job) =>
        (state.Seen is not { } seen || job.EndedAt >= seen.At - NotificationState.Memory)
        && (!state.Told.TryGetValue(job.Job, out var told) || told != job.EndedAt);

    private static IEnumerable<NotifyWay> WaysOf(NotificationState state, NewlyEnded ended)
    {
        var settings = state.SettingsOf(ended.Job.User);
        return ended.Ways is { } asked ? asked.Where(settings.Has)
            : settings.When == NotifyWhen.Always || (settings.When == NotifyWhen.Failed && ended.Job.Status != JobStatus.Finished) ? settings.AllWays()
            : [];
    }

    private static TimeSpan PauseAfter(int tries)
    {
        var pause = FirstPause * Math.Pow(4, Math.Min(tries, 10));
        return pause < PauseMax ? pause : PauseMax;
    }
}
