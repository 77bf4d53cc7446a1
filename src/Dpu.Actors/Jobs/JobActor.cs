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
public sealed class JobActor(
    JobId id,
    IEventJournal journal,
    IActorRef<SchedulerMessage> scheduler,
    IActorRef<FrontendMessage> frontend)
    : PersistentActor<JobMessage, JobEvent, JobState>(journal)
{
    private readonly Dictionary<string, IActorRef<NodeMessage>> _nodes = new(StringComparer.Ordinal);
    private long _announcement;

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
        }
    }

    private void Announce(JobDemand demand)
    {
        _announcement = Context.Random.NextInt64();
        scheduler.Tell(new SchedulerMessage.JobAnnounced(demand, Context.Self, _announcement));
    }

    private void TellEnd()
    {
        scheduler.Tell(new SchedulerMessage.JobEnded(id));
        frontend.Tell(new FrontendMessage.JobEnded(id));
    }

    private void Take(JobTurn turn, JobMessage message)
    {
        switch (message)
        {
            case JobMessage.Submit submit:
                Submit(turn, submit);
                break;
            case JobMessage.Cancel cancel:
                Cancel(turn, cancel);
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
        if (reply is SubmitReply.Accepted { Again: false })
        {
            var demand = JobDemands.Of(turn.State);
            turn.AfterCommit.Add(() => Announce(demand));
        }

        turn.AfterCommit.Add(() => submit.ReplyTo.Tell(reply));
    }

    private void Cancel(JobTurn turn, JobMessage.Cancel cancel)
    {
        var decision = turn.Decide(cancel.Command);
        CancelReply reply = decision is JobDecision.Rejected no ? new CancelReply.Refused(no.Reason, no.Message) : new CancelReply.Done();
        turn.AfterCommit.Add(() => cancel.ReplyTo.Tell(reply));
        if (decision is JobDecision.Accepted)
        {
            // Or the scheduler would go on to propose every task that waited, one by one.
            var demand = JobDemands.Of(turn.State);
            turn.AfterCommit.Add(() => Announce(demand));
        }

        foreach (var (node, attempts) in turn.TakeAttemptsToEnd())
        {
            turn.AfterCommit.Add(() => EndOn(node, attempts));
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
        foreach (var freed in turn.TakeFreed())
        {
            turn.AfterCommit.Add(() => scheduler.Tell(freed));
        }

        var released = turn.TakeReleased();
        if (!released.IsEmpty)
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
        var current = claim.Attempts.Where(a => turn.State.IsCurrent(new TaskAttempt(a.Task, a.Number))).ToImmutableArray();
        var stale = claim.Attempts.RemoveRange(current);
        if (!stale.IsEmpty)
        {
            turn.AfterCommit.Add(() => claim.Node.Tell(new NodeMessage.Disown(stale)));
        }

        // Whatever the node's name was when it was given the attempt: who has it, has it.
        Adopt(turn, claim.Node, current.Select(a => a.Task));
    }

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
