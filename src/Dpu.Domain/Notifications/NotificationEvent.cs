using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Notifications;

/// <summary>A job that has ended, as whoever is told of it gets to know it.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Sequence">What was submitted.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Counts">Its tasks.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="StartedAt">When its first task was given to a node; null when none was.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record EndedJob(
    JobId Job, string Sequence, string User, JobStatus Status, TaskCounts Counts, DateTimeOffset SubmittedAt, DateTimeOffset? StartedAt, DateTimeOffset EndedAt);

/// <summary>What happened to notifications.</summary>
public abstract record NotificationEvent(DateTimeOffset At)
{
    /// <summary>How somebody is told from now on. Stored as <c>notify.settings-changed.v1</c>.</summary>
    public sealed record SettingsChanged(string User, NotifySettings Settings, DateTimeOffset At) : NotificationEvent(At);

    /// <summary>
    /// Every job that had ended by an event of the journal was looked at; of these somebody is to be told. Stored as <c>notify.noticed.v1</c>.
    /// </summary>
    /// <param name="Ordering">That event's.</param>
    /// <param name="Due">Of which jobs, and how.</param>
    /// <param name="At">When.</param>
    public sealed record Noticed(long Ordering, ImmutableArray<DueNotification> Due, DateTimeOffset At) : NotificationEvent(At);

    /// <summary>Somebody was told. Stored as <c>notify.delivered.v1</c>.</summary>
    public sealed record Delivered(string Id, DateTimeOffset At) : NotificationEvent(At);

    /// <summary>He could not be told. Stored as <c>notify.failed.v1</c>.</summary>
    /// <param name="Id">Of the notification.</param>
    /// <param name="Reason">Why not, in a sentence.</param>
    /// <param name="NextAt">When it is tried again; null when it was given up.</param>
    /// <param name="At">When.</param>
    public sealed record Failed(string Id, string Reason, DateTimeOffset? NextAt, DateTimeOffset At) : NotificationEvent(At);
}

/// <summary>Somebody is to be told.</summary>
public sealed record DueNotification(NotifyWay Way, EndedJob Job);
