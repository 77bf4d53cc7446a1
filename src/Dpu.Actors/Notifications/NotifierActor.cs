using System.Collections.Immutable;
using Dpu.Domain.Notifications;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Notifications;

/// <summary>
/// Tells people that their jobs have ended. Of whom, by what, and how far the journal was looked at is written down before anything is sent, and that something was sent afterwards: after a crash
/// at any moment nobody is forgotten, and the last one may be told twice, under the same id. While nobody wants to be told anything it does nothing at all.
/// </summary>
/// <remarks>
/// <code>
/// nobody listens ──► waiting for the journal ──► looking ──► noticed, written down ──► waiting …        (1 s between two looks)
///                                                                   └─► sending (a few at once) ──► delivered, or tried again later
/// </code>
/// </remarks>
/// <param name="journal">Where it is kept.</param>
/// <param name="reader">Tells that something has happened.</param>
/// <param name="views">Tell which jobs have ended.</param>
/// <param name="sender">Sends.</param>
/// <param name="published">Told the whole state and what happened last, on the actor's own turn.</param>
public sealed class NotifierActor(
    IEventJournal journal, IJournalReader reader, IViews views, INotificationSender sender, Action<NotificationState, IReadOnlyList<NotificationEvent>> published)
    : PersistentActor<NotifierMessage, NotificationEvent, NotificationState>(journal)
{
    private const int AtOnceMax = 4;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly object LookTimer = new();
    private static readonly object SendTimer = new();

    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private long _seen;
    private bool _looks;

    protected override string PersistenceId => "notifications";

    protected override NotificationState EmptyState => NotificationState.Empty;

    protected override NotificationState Apply(NotificationState state, NotificationEvent @event) => state.Apply(@event);

    protected override ValueTask OnRecoveredAsync()
    {
        // Before anybody wanted to be told anything there was nothing to be told.
        _seen = State.Seen?.Ordering ?? reader.HeadOrdering;
        published(State, []);
        LookIfAnybodyListens();
        SendDue();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<NotifierMessage> messages)
    {
        foreach (var message in messages)
        {
            await TakeAsync(message);
        }
    }

    private async ValueTask TakeAsync(NotifierMessage message)
    {
        switch (message)
        {
            case NotifierMessage.Change change:
                _seen = _looks ? _seen : Math.Max(_seen, reader.HeadOrdering);
                await HappenAsync(NotificationDecider.Change(State, change.User, change.Settings, _seen, Context.Time.GetUtcNow()));
                change.ReplyTo.Tell(State);
                LookIfAnybodyListens();
                break;
            case NotifierMessage.GetState get:
                get.ReplyTo.Tell(State);
                break;
            case NotifierMessage.Look:
                Look();
                break;
            case NotifierMessage.Found found:
                await HappenAsync(NotificationDecider.Notice(State, found.Ended, found.Checkpoint, Context.Time.GetUtcNow()));
                _seen = found.Checkpoint;
                LookLater();
                SendDue();
                break;
            case NotifierMessage.LookFailed failed:
                NotifierLog.LookFailed(Context.Logger, failed.Reason);
                LookLater();
                break;
            case NotifierMessage.SendDue:
                SendDue();
                break;
            case NotifierMessage.Sent sent:
                _inFlight.Remove(sent.Id);
                await HappenAsync(NotificationDecider.Deliver(State, sent.Id, Context.Time.GetUtcNow()));
                SendDue();
                break;
            case NotifierMessage.SendFailed failed:
                _inFlight.Remove(failed.Id);
                var isFinal = failed.Reason is NotificationException { IsFinal: true };
                await HappenAsync(NotificationDecider.Fail(State, failed.Id, failed.Reason.Message, isFinal, Context.Time.GetUtcNow()));
                SendDue();
                break;
            default:
                throw new InvalidOperationException($"The notifier knows no message {message.GetType().Name}.");
        }
    }

    private async ValueTask HappenAsync(ImmutableArray<NotificationEvent> events)
    {
        if (events.IsEmpty)
        {
            return;
        }

        var before = State;
        await PersistAsync(events);
        foreach (var @event in events)
        {
            Log(before, @event);
        }

        published(State, events);
    }

    private void LookIfAnybodyListens()
    {
        if (!_looks && State.AnybodyListens)
        {
            _looks = true;
            Look();
        }
    }

    private void LookLater()
    {
        _looks = State.AnybodyListens;
        if (_looks)
        {
            Context.Timers.StartSingle(LookTimer, NotifierMessage.Look.Instance, Pace);
        }
    }

    private void Look()
    {
        var seen = _seen;
        Context.PipeToSelf(stopping => FindAsync(seen, stopping), static found => found, static reason => new NotifierMessage.LookFailed(reason));
    }

    private async Task<NotifierMessage> FindAsync(long seen, CancellationToken stopping)
    {
        await reader.WaitForAsync(seen + 1, stopping);
        await views.CaughtUpAsync(stopping);
        var changed = await views.GetEndedAsync(seen, stopping);
        return new NotifierMessage.Found([.. changed.Jobs.Select(Ended)], changed.Checkpoint);
    }

    private static NewlyEnded Ended(JobRow row) =>
        new(new EndedJob(row.Job, row.Sequence, row.User, row.Status, row.Counts, row.SubmittedAt, row.StartedAt, row.EndedAt!.Value), row.Notify);

    private void SendDue()
    {
        var now = Context.Time.GetUtcNow();
        foreach (var due in State.Pending.Values.Where(pending => pending.NextAt <= now && !_inFlight.Contains(pending.Id)).OrderBy(pending => pending.NextAt).Take(AtOnceMax - _inFlight.Count).ToList())
        {
            _inFlight.Add(due.Id);
            var settings = State.SettingsOf(due.Job.User);
            Context.PipeToSelf(stopping => SendAsync(due, settings, stopping), static sent => sent, reason => new NotifierMessage.SendFailed(due.Id, reason));
        }

        var later = State.Pending.Values.Where(pending => pending.NextAt > now && !_inFlight.Contains(pending.Id)).Select(pending => (DateTimeOffset?)pending.NextAt).Min();
        if (later is { } next)
        {
            Context.Timers.StartSingle(SendTimer, NotifierMessage.SendDue.Instance, next - now);
        }
    }

    private async Task<NotifierMessage> SendAsync(PendingNotification due, NotifySettings settings, CancellationToken stopping)
    {
        if (!settings.Has(due.Way))
        {
            throw new NotificationException("it is no longer wanted", isFinal: true);
        }

        await sender.SendAsync(due, settings, stopping);
        return new NotifierMessage.Sent(due.Id);
    }

    private void Log(NotificationState before, NotificationEvent @event)
    {
        switch (@event)
        {
            case NotificationEvent.Delivered e when before.Pending.TryGetValue(e.Id, out var pending):
                NotifierLog.Delivered(Context.Logger, pending.Job.User, pending.Way.ToString(), pending.Job.Job.Value);
                break;
            case NotificationEvent.Failed { NextAt: { } next } e when before.Pending.TryGetValue(e.Id, out var pending):
                NotifierLog.Failed(Context.Logger, pending.Job.User, pending.Way.ToString(), pending.Job.Job.Value, next, e.Reason);
                break;
            case NotificationEvent.Failed e when before.Pending.TryGetValue(e.Id, out var pending):
                NotifierLog.GivenUp(Context.Logger, pending.Job.User, pending.Way.ToString(), pending.Job.Job.Value, e.Reason);
                break;
        }
    }
}
