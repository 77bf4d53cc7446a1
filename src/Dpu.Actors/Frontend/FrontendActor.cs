using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Frontend;

/// <summary>
/// Takes submissions, numbers jobs, and is the parent and the switchboard of their actors. At its start it brings every unfinished job back.
/// </summary>
/// <remarks>
/// <code>recovering ──► ready</code>
/// While it recovers it refuses submissions and keeps whatever concerns a job until it knows which there are.
/// </remarks>
public sealed partial class FrontendActor(
    IEventJournal journal,
    IViews views,
    Func<SubmissionPlanner> planner,
    IActorRef<SchedulerMessage> scheduler) : Actor<FrontendMessage>
{
    /// <summary>How many submissions are remembered beyond the life of their jobs, until the views surely show them.</summary>
    private const int RememberedMax = 10_000;

    private static readonly TimeSpan RecoveryRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly object RecoveryTimer = new();

    // The database may be away for hours; a job that waits for it costs nothing, and giving up would lose sight of it.
    private static readonly SupervisorStrategy UntilTheJournalAnswers = new SupervisorStrategy.Restart(
        MinBackoff: TimeSpan.FromMilliseconds(100),
        MaxBackoff: TimeSpan.FromSeconds(10),
        MaxRestarts: int.MaxValue,
        Within: TimeSpan.FromHours(1));

    private readonly Dictionary<JobId, LiveJob> _jobs = [];
    private readonly Waiters _waiters = new();
    private readonly Recent<(string User, string Key), EarlierJob> _keys = new(RememberedMax);
    private readonly Recent<UnitKey, int> _unitAttempts = new(RememberedMax);
    private readonly List<IActorRef<FrontendReady>> _waitForReady = [];
    private readonly List<FrontendMessage> _early = [];
    private readonly Dictionary<string, FrontendMessage.Claim> _claims = new(StringComparer.Ordinal);
    private int _lastJob;
    private long _tickets;
    private long _spawned;
    private FrontendReady? _ready;

    protected override ValueTask OnStartAsync()
    {
        Recover();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveAsync(FrontendMessage message)
    {
        switch (message)
        {
            case FrontendMessage.Submit submit when _ready is null:
                submit.ReplyTo.Tell(Unavailable("The DPU is starting: it brings its unfinished jobs back first. Try again in a moment."));
                break;
            case FrontendMessage.Submit submit:
                Plan(submit);
                break;
            case FrontendMessage.Planned planned:
                Submit(planned);
                break;
            case FrontendMessage.PlanFailed failed:
                FrontendLog.PlanFailed(Context.Logger, failed.Reason);
                failed.Asked.ReplyTo.Tell(Unavailable($"The catalog cannot be read: {failed.Reason.Message}"));
                break;
            case FrontendMessage.Claim claim when _ready is null:
                // Which jobs there are is not known yet. A node claims again and again, each time all that it has: the last one will do.
                _claims[claim.NodeName] = claim;
                break;
            case FrontendMessage.Control or FrontendMessage.PreviewRetry when _ready is null:
                _early.Add(message);
                break;
            case FrontendMessage.Control control:
                Control(control);
                break;
            case FrontendMessage.PreviewRetry preview:
                Preview(preview);
                break;
            case FrontendMessage.Claim claim:
                Route(claim);
                break;
            case FrontendMessage.JobEnded ended:
                Forget(ended);
                break;
            case FrontendMessage.JobIsNone none:
                ForgetWhatNeverWas(none);
                break;
            case FrontendMessage.JobWaits waits:
                LookFor(waits);
                break;
            case FrontendMessage.WaitedForFound found:
                TellOrWait(found);
                break;
            case FrontendMessage.WaitedForUnknown unknown:
                FrontendLog.WaitedForUnknown(Context.Logger, unknown.Asked.Job.Value, unknown.Reason);
                Context.Timers.StartSingle(unknown.Asked.Job, unknown.Asked, RecoveryRetryDelay);
                break;
            case FrontendMessage.AwaitReady wait:
                WaitForReady(wait.ReplyTo);
                break;
            case FrontendMessage.Recovered recovered:
                BringBack(recovered);
                break;
            case FrontendMessage.RecoveryFailed failed:
                FrontendLog.RecoveryFailed(Context.Logger, failed.Reason);
                Context.Timers.StartSingle(RecoveryTimer, FrontendMessage.Recover.Instance, RecoveryRetryDelay);
                break;
            case FrontendMessage.Recover:
                Recover();
                break;
            default:
                throw new InvalidOperationException($"The frontend knows no message {message.GetType().Name}.");
        }

        return ValueTask.CompletedTask;
    }

    private static SubmitReply.Refused Unavailable(string message) =>
        new(SubmitRefusal.Unavailable, [new("unavailable", message)]);

    private void Recover() => Context.PipeToSelf(
        FindUnfinishedAsync,
        static found => found,
        static reason => new FrontendMessage.RecoveryFailed(reason));

    private async Task<FrontendMessage> FindUnfinishedAsync(CancellationToken cancellationToken)
    {
        await views.CaughtUpAsync(cancellationToken);
        var unfinished = await views.GetUnfinishedJobsAsync(cancellationToken);
        return new FrontendMessage.Recovered(unfinished, await views.GetLastJobAsync(cancellationToken));
    }

    private void BringBack(FrontendMessage.Recovered recovered)
    {
        _lastJob = recovered.Last.Value;
        foreach (var job in recovered.Unfinished)
        {
            JobNamed(job);
        }

        FrontendLog.Recovered(Context.Logger, recovered.Unfinished.Length, _lastJob);
        _ready = new FrontendReady(recovered.Unfinished.Length);
        foreach (var waiting in _waitForReady)
        {
            waiting.Tell(_ready);
        }

        _waitForReady.Clear();
        foreach (var early in _early)
        {
            Context.Self.Tell(early);
        }

        _early.Clear();
        foreach (var claim in _claims.Values)
        {
            Route(claim);
        }

        _claims.Clear();
    }

    private void WaitForReady(IActorRef<FrontendReady> replyTo)
    {
        if (_ready is { } ready)
        {
            replyTo.Tell(ready);
        }
        else
        {
            _waitForReady.Add(replyTo);
        }
    }

    private void Plan(FrontendMessage.Submit asked)
    {
        var fingerprint = SubmissionFingerprint.Of(asked.Submission);
        Context.PipeToSelf(
            stopping => PlanAsync(asked, fingerprint, stopping),
            static planned => planned,
            reason => new FrontendMessage.PlanFailed(asked, reason));
    }

    private async Task<FrontendMessage> PlanAsync(FrontendMessage.Submit asked, string fingerprint, CancellationToken cancellationToken)
    {
        var submission = asked.Submission;
        await views.CaughtUpAsync(cancellationToken);
        if (await views.FindByIdempotencyKeyAsync(submission.User, submission.IdempotencyKey, cancellationToken) is { } row)
        {
            return new FrontendMessage.Planned(asked, fingerprint, new EarlierJob(row.Job, row.Fingerprint, row.EstimatedSeconds), null, 0);
        }

        var attempts = submission.Campaign is { } campaign
            ? await views.GetUnitAttemptsAsync(campaign.Name, campaign.Request, campaign.Unit, submission.User, cancellationToken)
            : 0;
        return new FrontendMessage.Planned(asked, fingerprint, null, await WhyNotAfterAsync(submission, cancellationToken) ?? await planner().PlanAsync(submission, cancellationToken), attempts);
    }

    private void Submit(FrontendMessage.Planned planned)
    {
        var submission = planned.Asked.Submission;
        var replyTo = planned.Asked.ReplyTo;
        if ((planned.Earlier ?? Remembered(submission)) is not { } earlier)
        {
            SubmitNew(planned);
        }
        else if (earlier.Fingerprint != planned.Fingerprint)
        {
            replyTo.Tell(new SubmitReply.Refused(SubmitRefusal.KeyReused, [new("key-reused", $"This idempotency key was used for job {earlier.Job}, which asked for something else.")]));
        }
        else if (planned.Earlier is not null || !_jobs.TryGetValue(earlier.Job, out var job))
        {
            // It stands in the views, or its job has ended: durable either way.
            replyTo.Tell(new SubmitReply.Accepted(earlier.Job, earlier.EstimatedSeconds, Again: true));
        }
        else if (planned.Plan!.TryGet(out var again, out _))
        {
            // Its first submission may be on its way to the journal still: only the job's actor knows, and answers when it is durable.
            job.Actor.Tell(new JobMessage.Submit(CommandFor(earlier.Job, planned, again, UnitOf(planned)), replyTo));
        }
        else
        {
            replyTo.Tell(Unavailable("It was submitted a moment ago and is not durable yet. Try again in a moment."));
        }
    }

    private void SubmitNew(FrontendMessage.Planned planned)
    {
        if (!planned.Plan!.TryGet(out var plan, out var errors))
        {
            planned.Asked.ReplyTo.Tell(new SubmitReply.Refused(SubmitRefusal.Invalid, errors));
            return;
        }

        var job = new JobId(++_lastJob);
        Remember(planned, job, plan);
        var unit = UnitOf(planned);
        if (unit is not null)
        {
            _unitAttempts.Remember(UnitKey.Of(planned.Asked.Submission, unit.Name, unit.Request, unit.Unit), unit.Attempt);
        }

        var live = JobNamed(job);
        live.IsSubmitted = true;
        live.Actor.Tell(new JobMessage.Submit(CommandFor(job, planned, plan, unit), planned.Asked.ReplyTo));
    }

    private EarlierJob? Remembered(Submission submission) =>
        _keys.TryGet((submission.User, submission.IdempotencyKey), out var earlier) ? earlier : null;

    /// <summary>The next attempt at its unit, unless it says which: counted here, where submissions come one by one.</summary>
    private CampaignUnit? UnitOf(FrontendMessage.Planned planned)
    {
        if (planned.Asked.Submission.Campaign is not { } asked)
        {
            return null;
        }

        // What others submit for themselves is not counted: its number would tell of it.
        var submission = planned.Asked.Submission;
        var ofAll = _unitAttempts.TryGet(new UnitKey(asked.Name, asked.Request, asked.Unit, null), out var shown) ? shown : 0;
        var ofHis = _unitAttempts.TryGet(new UnitKey(asked.Name, asked.Request, asked.Unit, submission.User), out var own) ? own : 0;
        var given = Math.Max(planned.UnitAttempts, Math.Max(ofAll, ofHis));
        return new CampaignUnit(asked.Name, asked.Request, asked.Unit, asked.Attempt ?? given + 1);
    }

    private static JobCommand.Submit CommandFor(JobId job, FrontendMessage.Planned planned, PlannedSubmission plan, CampaignUnit? unit)
    {
        var submission = planned.Asked.Submission;
        return new JobCommand.Submit(job, new JobSpec(
            plan.Sequence,
            submission.User,
            submission.Priority,
            submission.Tags,
            plan.Commit,
            plan.EstimatedSeconds,
            submission.IdempotencyKey,
            planned.Fingerprint)
        {
            Asked = AskedOf(submission),
            Campaign = unit,
            After = submission.After,
            Isolated = submission.Isolated,
            Version = submission.Version,
            Code = submission.Code,
            Settings = submission.Settings,
            Context = submission.Context,
            Notify = submission.Notify,
            Trace = submission.Trace,
        }, plan.Plan);
    }

    /// <summary>A unit whose attempts are counted: by all who see them, or by the one user who does.</summary>
    private readonly record struct UnitKey(string Campaign, int Request, string Unit, string? User)
    {
        public static UnitKey Of(Submission submission, string campaign, int request, string unit) =>
            new(campaign, request, unit, submission.Context.Privileges == Privileges.MyDb ? submission.User : null);
    }

    private static AskedOptions AskedOf(Submission submission) => submission is Submission.OfRecipes asked
        ? new AskedOptions(asked.Arguments, asked.Options?.GetRawText(), asked.MemoryBytes)
        : AskedOptions.None;

    private void Remember(FrontendMessage.Planned planned, JobId job, PlannedSubmission plan) => _keys.Remember(
        (planned.Asked.Submission.User, planned.Asked.Submission.IdempotencyKey),
        new EarlierJob(job, planned.Fingerprint, plan.EstimatedSeconds));

    private void Route(FrontendMessage.Claim claim)
    {
        foreach (var group in claim.Attempts.GroupBy(attempt => attempt.Job))
        {
            var attempts = group.ToImmutableArray();
            if (_jobs.TryGetValue(group.Key, out var job))
            {
                job.Actor.Tell(new JobMessage.Claim(attempts, claim.NodeName, claim.Node, claim.OnlyItsOwn));
            }
            else
            {
                claim.Node.Tell(new NodeMessage.Disown(attempts));
            }
        }
    }
}
