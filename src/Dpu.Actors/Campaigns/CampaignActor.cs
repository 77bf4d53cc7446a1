using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Campaigns;

/// <summary>
/// Submits what campaigns owe: nights by the calendar, failed units again. It keeps nothing: what is owed follows from the declarations and the
/// views, and each submission has a key of its own, so a restart at any moment neither forgets nor doubles one.
/// </summary>
/// <remarks>
/// <code>
/// waiting ──► looking ──► submitting (one after the other) ──► waiting
/// </code>
/// </remarks>
public sealed class CampaignActor(IReadOnlyList<CampaignPlan> plans, IViews views, IEventJournal journal, IActorRef<FrontendMessage> frontend) : Actor<CampaignMessage>
{
    /// <summary>How often failures are looked for, and refused submissions tried again: frames of a night may come late.</summary>
    private static readonly TimeSpan LookAgainDelayMax = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookAgainDelayMin = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly object LookTimer = new();

    private readonly Queue<CampaignSubmission> _owed = [];
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <summary>Failures are looked for as often as the most impatient rule makes worth while.</summary>
    private readonly TimeSpan _lookAgainDelay = TimeSpan.FromTicks(Math.Clamp(
        (plans.Select(plan => plan.Resubmit?.After).Min() ?? LookAgainDelayMax).Ticks, LookAgainDelayMin.Ticks, LookAgainDelayMax.Ticks));

    private DateTimeOffset? _next;

    protected override ValueTask OnStartAsync()
    {
        Look();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveAsync(CampaignMessage message)
    {
        switch (message)
        {
            case CampaignMessage.Look:
                Look();
                break;
            case CampaignMessage.Found found:
                found.Owed.ForEach(_owed.Enqueue);
                _next = found.Next;
                SubmitNext();
                break;
            case CampaignMessage.LookFailed failed:
                CampaignLog.LookFailed(Context.Logger, failed.Reason);
                Wait();
                break;
            case CampaignMessage.Answered answered:
                Note(answered);
                SubmitNext();
                break;
            default:
                throw new InvalidOperationException($"Campaigns know no message {message.GetType().Name}.");
        }

        return ValueTask.CompletedTask;
    }

    private void Look() => Context.PipeToSelf(FindOwedAsync, static found => found, static reason => new CampaignMessage.LookFailed(reason));

    private async Task<CampaignMessage> FindOwedAsync(CancellationToken cancellationToken)
    {
        await views.CaughtUpAsync(cancellationToken);
        var now = Context.Time.GetUtcNow();
        var owed = new List<CampaignSubmission>();
        DateTimeOffset? next = null;
        foreach (var plan in plans)
        {
            var last = await views.GetCampaignJobsAsync(plan.Name, now - CampaignDecider.Memory(plan), cancellationToken);
            owed.AddRange(CampaignDecider.Due(plan, last, now));
            next = new[] { next, CampaignDecider.NextAfter(plan, last, now) }.Min();
        }

        return new CampaignMessage.Found(owed, next);
    }

    private void SubmitNext()
    {
        if (!_owed.TryDequeue(out var next))
        {
            Wait();
            return;
        }

        Context.PipeToSelf(
            async stopping =>
            {
                var submission = await WithWhatCameAlongAsync(SubmissionOf(next), next, stopping);
                return await frontend.AskAsync<FrontendMessage, SubmitReply>(
                    Context.System, replyTo => new FrontendMessage.Submit(submission, replyTo), AnswerTimeout, stopping);
            },
            reply => new CampaignMessage.Answered(next, reply, null),
            reason => new CampaignMessage.Answered(next, null, reason));
    }

    private static Submission.OfRecipes SubmissionOf(CampaignSubmission owed) => new(
        owed.User, owed.Key, owed.Priority, owed.Tags, owed.Sequence, owed.Asked.Arguments, AskedJson.Parse(owed.Asked.Options), null, owed.Asked.MemoryBytes)
    {
        Campaign = new CampaignRequest(owed.Campaign.Name, owed.Campaign.Request, owed.Campaign.Unit, owed.Campaign.Attempt),
        Context = owed.Context,
    };

    /// <summary>Version, code, settings and how far its tasks are kept apart are a job's own: no view holds all of them, its first event does.</summary>
    private async Task<Submission> WithWhatCameAlongAsync(Submission submission, CampaignSubmission owed, CancellationToken cancellationToken)
    {
        if (owed.Again is not { } earlier)
        {
            return submission;
        }

        await foreach (var first in journal.ReadAsync(JobActor.PersistenceIdOf(earlier), 1, cancellationToken))
        {
            var spec = ((JobEvent.Submitted)first.Event).Spec;
            return submission with { Version = spec.Version, Code = spec.Code, Settings = spec.Settings, Isolated = spec.Isolated };
        }

        throw new InvalidOperationException($"Job {earlier} has no events.");
    }

    private void Note(CampaignMessage.Answered answered)
    {
        var unit = answered.Owed.Campaign;
        switch (answered.Reply)
        {
            case SubmitReply.Accepted accepted:
                _refused.Remove(answered.Owed.Key);
                CampaignLog.Submitted(Context.Logger, unit.Name, unit.Unit, unit.Attempt, accepted.Job.Value);
                break;
            case SubmitReply.Refused refused when _refused.Add(answered.Owed.Key):
                // Once: it is tried again every minute for as long as it is owed.
                CampaignLog.Refused(Context.Logger, unit.Name, unit.Unit, unit.Attempt, string.Join(' ', refused.Errors.Select(error => error.Message)));
                break;
            case null:
                CampaignLog.Unanswered(Context.Logger, unit.Name, unit.Unit, answered.Reason!);
                break;
        }
    }

    private void Wait()
    {
        // Counted from the look, not from now: what became due while submissions were on their way is due at once.
        var left = _next - Context.Time.GetUtcNow();
        _next = null;
        Context.Timers.StartSingle(LookTimer, CampaignMessage.Look.Instance, left < _lookAgainDelay ? left.Value : _lookAgainDelay);
    }
}
