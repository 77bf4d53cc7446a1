using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Jobs;

/// <summary>
/// One job: it decides over all that waits in its mailbox, appends one batch of events, and only then tells anybody.
/// When its last task has ended it says so, and goes once nobody will address it any more.
/// </summary>
/// <remarks>
/// A job that has ended can be opened again, also by a message that crosses the news of its end. So each message that may do that carries a ticket, and
/// the news tells the last one seen: the frontend sends the job away only when they agree, and asks again when they do not.
/// </remarks>
public sealed class JobActor(
    JobId id,
    IEventJournal journal,
    IActorRef<SchedulerMessage> scheduler,
    IActorRef<FrontendMessage> frontend)
    : PersistentActor<JobMessage, JobEvent, JobState>(journal)
{
    private readonly Dictionary<string, IActorRef<NodeMessage>> _nodes = new(StringComparer.Ordinal);
    private long _announcement;
    private long _ticket;

    protected override string PersistenceId => PersistenceIdOf(id);

    protected override JobState EmptyState => JobState.Empty;

    /// <summary>Under which name a job's events stand in the journal.</summary>
    public static string PersistenceIdOf(JobId id) => $"job-{id}";

    protected override JobState Apply(JobState state, JobEvent @event) => JobEvolution.Apply(state, @event);

    protected override ValueTask OnRecoveredAsync()
    {
        if (State.Ended)
        {
            // Also to the scheduler: the instance that committed the end may have died before it could say so.
            TellEnd();
        }
        else if (State.Exists)
        {
            Announce(JobDemands.Of(State));
            TellWaits();
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<JobMessage> messages)
    {
        var turn = new JobTurn(State, Context.Time.GetUtcNow());
        foreach (var message in messages)
        {
            Take(turn, message);
        }

        await PersistAsync(turn.Events, turn.State);
        foreach (var tell in turn.AfterCommit)
        {
            tell();
        }

        if (State.Ended && turn.Events.Count > 0)
        {
            TellEnd();
            return;
        }

        if (turn.AsksEnd)
        {
            TellFrontendIfOver();
        }

        // Last, and once: it replaces whatever the scheduler was told before, also of what this very batch started.
        if (turn.Demands)
        {
            Announce(JobDemands.Of(State));
        }

        if (turn.Waits)
        {
            TellWaits();
        }
    }

    private void Announce(JobDemand demand)
    {
        _announcement = Context.Random.NextInt64();
        scheduler.Tell(new SchedulerMessage.JobAnnounced(demand, Context.Self, _announcement));
    }

    /// <summary>
    /// The scheduler first, and never again from here: once the frontend knows, another actor may speak for the job, and what we said late would be taken for
    /// its word.
    /// </summary>
    private void TellEnd()
    {
        scheduler.Tell(new SchedulerMessage.JobEnded(id));
        TellFrontendEnd();
    }

    private void TellFrontendEnd()
    {
        frontend.Tell(new FrontendMessage.JobEnded(id, State.Status, _ticket));
    }

    private void TellWaits()
    {
        if (!State.WaitsFor.IsEmpty)
        {
            frontend.Tell(new FrontendMessage.JobWaits(id, State.WaitsFor));
        }
    }

    private void Take(JobTurn turn, JobMessage message)
    {
        switch (message)
        {
            case JobMessage.Submit submit:
                Submit(turn, submit);
                break;
            case JobMessage.Control control:
                Control(turn, control);
                break;
            case JobMessage.PreviewRetry preview:
                Preview(turn, preview);
                break;
            case JobMessage.PrerequisiteEnded ended:
                _ = turn.Decide(ended.Command);
                break;
            case JobMessage.AskEnd ask:
                _ticket = ask.Ticket;
                turn.AsksEnd = true;
                break;
            case JobMessage.Assign assign when assign.Announcement != _announcement:
                // The scheduler has forgotten this proposal: it heard a newer announcement since, and proposes the same tasks again. To take
                // both would start them twice, or free what they hold while they run.
                break;
            case JobMessage.Assign assign:
                Assign(turn, assign);
                break;
            case JobMessage.Reported report:
                Settle(turn, report);
                break;
            case JobMessage.NodeReady ready:
                Meet(turn, ready.NodeName, ready.Node);
                break;
            case JobMessage.NodeLost lost:
                Lose(turn, lost);
                break;
            case JobMessage.Claim claim:
                Answer(turn, claim);
                break;
            case JobMessage.Passivate:
                Context.StopSelf();
                break;
            default:
                throw new InvalidOperationException($"A job's actor knows no message {message.GetType().Name}.");
        }
    }

    private void Submit(JobTurn turn, JobMessage.Submit submit)
    {
        SubmitReply reply = turn.Decide(submit.Command) switch
        {
            JobDecision.Accepted => new SubmitReply.Accepted(id, submit.Command.Spec.EstimatedSeconds, Again: false),
            JobDecision.Ignored => new SubmitReply.Accepted(id, turn.State.Spec!.EstimatedSeconds, Again: true),
            JobDecision.Rejected no => new SubmitReply.Refused(SubmitRefusal.KeyReused, [new("key-reused", no.Message)]),
            _ => throw new InvalidOperationException("A decision is accepted, ignored or rejected."),
        };
        turn.AfterCommit.Add(() => submit.ReplyTo.Tell(reply));
    }

    private void Control(JobTurn turn, JobMessage.Control control)
    {
        ControlReply reply = turn.Decide(control.Command) switch
        {
            JobDecision.Accepted => new ControlReply.Done(),
            JobDecision.Ignored => new ControlReply.Done(Again: true),
            JobDecision.Rejected no => new ControlReply.Refused(no.Reason, no.Message, no.Errors),
            _ => throw new InvalidOperationException("A decision is accepted, ignored or rejected."),
        };
        turn.AfterCommit.Add(() => control.ReplyTo.Tell(reply));
        foreach (var (node, attempts) in turn.TakeAttemptsToEnd())
        {
            turn.AfterCommit.Add(() => EndOn(node, attempts));
        }
    }

    private static void Preview(JobTurn turn, JobMessage.PreviewRetry preview)
    {
        RetryPreview reply = RetryPlanner.Plan(turn.State, preview.Asked).TryGet(out var plan, out var errors)
            ? new RetryPreview.Planned(plan)
            : new RetryPreview.Refused(RetryPlanner.ReasonAgainst(turn.State), string.Join(' ', errors.Select(error => error.Message)), errors);
        turn.AfterCommit.Add(() => preview.ReplyTo.Tell(reply));
    }

    private void TellFrontendIfOver()
    {
        if (State.Ended)
        {
            TellFrontendEnd();
        }
        else if (!State.Exists)
        {
            frontend.Tell(new FrontendMessage.JobIsNone(id, _ticket));
        }
    }

    private void Assign(JobTurn turn, JobMessage.Assign assign)
    {
        _nodes[assign.Command.Node] = assign.Node;
        var decision = turn.Decide(assign.Command);
        var started = decision is JobDecision.Accepted { Events: [JobEvent.TasksStarted e] } ? e.Attempts : [];
        if (!started.IsEmpty)
        {
            var starts = turn.StartsOf(started);
            turn.AfterCommit.Add(() => assign.Node.Tell(new NodeMessage.StartTasks(Context.Self, starts)));
        }

        var refused = assign.Command.Tasks.Except(started.Select(a => a.Task)).ToImmutableArray();
        if (!refused.IsEmpty)
        {
            turn.AfterCommit.Add(() => scheduler.Tell(new SchedulerMessage.TasksFreed(id, [.. refused.Select(FreedTask.Refused)])));
        }
    }

    private void Settle(JobTurn turn, JobMessage.Reported report)
    {
        _ = turn.Decide(report.Command);
        turn.AfterCommit.Add(() => report.Node.Tell(new NodeMessage.Settled(report.Attempts)));
        TellScheduler(turn);
    }

    private void Lose(JobTurn turn, JobMessage.NodeLost lost)
    {
        _nodes.Remove(lost.NodeName, out var node);
        var attempts = turn.State.Running
            .Where(running => running.Value.Node == lost.NodeName)
            .Select(running => new TaskAttempt(running.Key, turn.State.Cells[running.Key].Attempts))
            .ToImmutableArray();
        _ = turn.Decide(new JobCommand.ReportLost(lost.NodeName, attempts, lost.Reason));
        if ((node ?? lost.Node) is { } address && !attempts.IsEmpty)
        {
            // Whoever stands for the node lets it bring nothing more for them, whether the node itself ever hears of it or not. If it does, it ends what it has of them.
            turn.AfterCommit.Add(() => address.Tell(new NodeMessage.Disown([.. attempts.Select(attempt => new AttemptId(id, attempt.Task, attempt.Number))])));
        }

        TellScheduler(turn);
    }

    private void TellScheduler(JobTurn turn)
    {
        foreach (var freed in turn.TakeFreed())
        {
            turn.AfterCommit.Add(() => scheduler.Tell(freed));
        }

        var released = turn.TakeReleased();
        if (!released.IsEmpty && turn.State.MayStart)
        {
            var needs = JobDemands.NeedsOf(turn.State, released);
            turn.AfterCommit.Add(() => scheduler.Tell(new SchedulerMessage.TasksReleased(id, released, needs)));
        }
    }

    /// <summary>What we believe to run there is told to the node: it knows which of these it has, and which are lost.</summary>
    private void Meet(JobTurn turn, string nodeName, IActorRef<NodeMessage> node)
    {
        _nodes[nodeName] = node;
        Adopt(turn, node, turn.State.Running.Where(running => running.Value.Node == nodeName).Select(running => running.Key));
    }

    private void Answer(JobTurn turn, JobMessage.Claim claim)
    {
        _nodes[claim.NodeName] = claim.Node;
        var current = claim.Attempts.Where(a => turn.State.IsCurrent(new TaskAttempt(a.Task, a.Number)) && MayAdopt(turn, claim, a)).ToImmutableArray();
        var stale = claim.Attempts.RemoveRange(current);
        if (!stale.IsEmpty)
        {
            turn.AfterCommit.Add(() => claim.Node.Tell(new NodeMessage.Disown(stale)));
        }

        Adopt(turn, claim.Node, current.Select(a => a.Task));
    }

    /// <summary>Whatever the name of this service's own node was when it was given the attempt: who has it, has it.</summary>
    private static bool MayAdopt(JobTurn turn, JobMessage.Claim claim, AttemptId attempt) =>
        !claim.OnlyItsOwn || turn.State.Running[attempt.Task].Node == claim.NodeName;

    private void Adopt(JobTurn turn, IActorRef<NodeMessage> node, IEnumerable<int> tasks)
    {
        var adopted = tasks.Order().Select(task => turn.AdoptionOf(task, turn.State.Running[task])).ToImmutableArray();
        if (adopted.IsEmpty)
        {
            return;
        }

        turn.AfterCommit.Add(() => node.Tell(new NodeMessage.AdoptTasks(Context.Self, adopted)));
        if (turn.State.Cancel is { Force: true })
        {
            var attempts = adopted.Select(a => a.Start.Attempt).ToImmutableArray();
            turn.AfterCommit.Add(() => node.Tell(new NodeMessage.EndTasks(attempts)));
        }
    }

    private void EndOn(string node, ImmutableArray<AttemptId> attempts)
    {
        // Without an address the node is not connected: when it is, it is met, and told then.
        if (_nodes.TryGetValue(node, out var address))
        {
            address.Tell(new NodeMessage.EndTasks(attempts));
        }
    }
}
