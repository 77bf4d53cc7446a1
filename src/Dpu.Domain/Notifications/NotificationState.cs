using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Notifications;

/// <summary>A notification that has not been delivered yet.</summary>
/// <param name="Way">How.</param>
/// <param name="Job">Of what.</param>
/// <param name="Tries">How often it failed.</param>
/// <param name="NextAt">Not before.</param>
public sealed record PendingNotification(NotifyWay Way, EndedJob Job, int Tries, DateTimeOffset NextAt)
{
    /// <summary>The same after each restart: whoever gets it twice can tell.</summary>
    public string Id => IdOf(Way, Job);

    public static string IdOf(NotifyWay way, EndedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return string.Create(CultureInfo.InvariantCulture, $"job-{job.Job}-{job.EndedAt.ToUnixTimeMilliseconds()}-{(way == NotifyWay.Mail ? "mail" : "webhook")}");
    }
}

/// <summary>How far the journal was looked at.</summary>
/// <param name="Ordering">Up to this event.</param>
/// <param name="At">When.</param>
public sealed record NoticedUpTo(long Ordering, DateTimeOffset At);

/// <summary>What is known of notifications: the fold of the <see cref="NotificationEvent"/>s.</summary>
/// <param name="Settings">How people are told, by user.</param>
/// <param name="Seen">How far it was looked; null before anybody wanted to be told anything.</param>
/// <param name="Pending">What is to be delivered, by its id.</param>
/// <param name="Told">When the jobs ended that were noticed lately: that such a job changes once more is no news.</param>
public sealed record NotificationState(
    ImmutableSortedDictionary<string, NotifySettings> Settings,
    NoticedUpTo? Seen,
    ImmutableSortedDictionary<string, PendingNotification> Pending,
    ImmutableDictionary<JobId, DateTimeOffset> Told)
{
    /// <summary>A job that had ended so long before it was looked for the last time was noticed then, whatever changed about it since.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    public static NotificationState Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, NotifySettings>(StringComparer.Ordinal),
        null,
        ImmutableSortedDictionary.Create<string, PendingNotification>(StringComparer.Ordinal),
        ImmutableDictionary<JobId, DateTimeOffset>.Empty);

    public NotifySettings SettingsOf(string user) => Settings.GetValueOrDefault(user, NotifySettings.None);

    /// <summary>Whether there is anybody to be told anything.</summary>
    public bool AnybodyListens => Settings.Values.Any(static settings => settings.AllWays().Any());

    /// <summary>The state after one more event.</summary>
    public NotificationState Apply(NotificationEvent @event) => @event switch
    {
        NotificationEvent.SettingsChanged e => this with { Settings = e.Settings == NotifySettings.None ? Settings.Remove(e.User) : Settings.SetItem(e.User, e.Settings) },
        NotificationEvent.Noticed e => this with
        {
            Seen = new NoticedUpTo(e.Ordering, e.At),
            Pending = Pending.AddRange(e.Due.Select(due => new PendingNotification(due.Way, due.Job, 0, e.At)).Select(due => KeyValuePair.Create(due.Id, due))),
            Told = Told.RemoveRange(Told.Where(told => told.Value < e.At - Memory).Select(static told => told.Key)).SetItems(e.Due.Select(static due => KeyValuePair.Create(due.Job.Job, due.Job.EndedAt))),
        },
        NotificationEvent.Delivered e => this with { Pending = Pending.Remove(e.Id) },
        NotificationEvent.Failed { NextAt: null } e => this with { Pending = Pending.Remove(e.Id) },
        NotificationEvent.Failed e => Pending.TryGetValue(e.Id, out var pending)
            ? this with { Pending = Pending.SetItem(e.Id, pending with { Tries = pending.Tries + 1, NextAt = e.NextAt!.Value }) }
            : this,
        _ => throw new InvalidOperationException($"Notifications know no event {@event.GetType().Name}."),
    };
}
