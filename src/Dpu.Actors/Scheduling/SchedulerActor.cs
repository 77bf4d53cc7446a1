using System.Globalization;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;

namespace Dpu.Actors.Scheduling;

/// <summary>
/// The shell around the pure <see cref="Scheduler"/>: takes in all that waits, plans once, proposes. It holds nothing that it could
/// not be told again, so it is not persistent.
/// </summary>
/// <remarks>
/// A node that is away and has tasks is waited for: the one timer that decides when they may run elsewhere runs here, on a clock that nobody sets.
/// Of nodes that only the jobs know of, the time counts from when the job told of them: a frontend that was restarted does not know when it heard them last.
/// </remarks>
/// <param name="policy">How it plans until it is told otherwise.</param>
/// <param name="watch">How long nodes are waited for.</param>
public sealed class SchedulerActor(SchedulingPolicy policy, NodeWatch watch) : BatchActor<SchedulerMessage>
{
    private static readonly object LookAgainTimer = new();
    private static readonly TimeSpan LookAgainDelayMin = TimeSpan.FromMilliseconds(1);

    private readonly Scheduler _scheduler = new(policy);
    private readonly Dictionary<JobId, SchedulerMessage.JobAnnounced> _jobs = [];
    private readonly Dictionary<string, IActorRef<NodeMessage>> _nodes = new(StringComparer.Ordinal);

    /// <summary>Those that are connected but for this service's own: also when they can be given nothing.</summary>
    private readonly HashSet<string> _heard = new(StringComparer.Ordinal);

    /// <summary>Also of those that are away.</summary>
    private readonly Dictionary<string, IActorRef<NodeMessage>> _addresses = new(StringComparer.Ordinal);

    /// <summary>For tests: no job is known, and so nothing is reserved.</summary>
    internal bool HoldsNothing => _jobs.Count == 0 && _scheduler is { ReadyCount: 0, ReservedCount: 0 };

    protected override ValueTask ReceiveBatchAsync(IReadOnlyList<SchedulerMessage> messages)
    {
        var now = Context.Time.GetUtcNow();
        _scheduler.Advance(now);
        foreach (var message in messages)
        {
            Take(message);
        }

        Propose(now);
        Answer(messages, now);
        return ValueTask.CompletedTask;
    }

    private void Propose(DateTimeOffset now)
    {
        var proposals = _scheduler.Plan(now);
        foreach (var assignment in proposals.Assignments)
        {
            var command = new JobCommand.Assign(assignment.Node, assignment.Incarnation, assignment.Tasks);
            var announced = _jobs[assignment.Job];
            announced.Job.Tell(new JobMessage.Assign(command, _nodes[assignment.Node], announced.Announcement));
        }

        LookAgainAt(proposals.LookAgainAt, now);
    }

    private void LookAgainAt(DateTimeOffset? at, DateTimeOffset now)
    {
        if (at is { } time)
        {
            Context.Timers.StartSingle(LookAgainTimer, SchedulerMessage.LookAgain.Instance, time - now > LookAgainDelayMin ? time - now : LookAgainDelayMin);
        }
        else if (Context.Timers.IsActive(LookAgainTimer))
        {
            Context.Timers.Cancel(LookAgainTimer);
        }
    }

    /// <summary>After the plan: what could be started has been, and what still waits has a reason.</summary>
    private void Answer(IReadOnlyList<SchedulerMessage> messages, DateTimeOffset now)
    {
        foreach (var message in messages)
        {
            switch (message)
            {
                case SchedulerMessage.Explain explain:
                    explain.ReplyTo.Tell(_scheduler.Why(explain.Job, now));
                    break;
                case SchedulerMessage.ReleaseNode release:
                    release.ReplyTo.Tell(StatusOf(release.Name));
                    break;
                case SchedulerMessage.GetNodes nodes:
                    nodes.ReplyTo.Tell(new NodeStatuses(_scheduler.Nodes()));
                    break;
                case SchedulerMessage.GetNeed need:
                    var missing = _scheduler.Need(need.Shape);
                    need.ReplyTo.Tell(new ClusterNeed(_scheduler.Nodes(), missing.Nodes, missing.Tasks));
                    break;
                default:
                    break;
            }
        }
    }

    private void Take(SchedulerMessage message)
    {
        switch (message)
        {
            case SchedulerMessage.NodeJoined joined:
                Join(joined);
                break;
            case SchedulerMessage.NodeHeard heard:
                _heard.Add(heard.Name);
                Context.Timers.Cancel(LossTimer(heard.Name));
                break;
            case SchedulerMessage.NodeLeft left:
                Leave(left);
                break;
            case SchedulerMessage.NodeLost lost when !_nodes.ContainsKey(lost.Name):
                Lose(lost);
                break;
            case SchedulerMessage.NodeLost:
                // It came back meanwhile, with what it runs.
                break;
            case SchedulerMessage.NodesDrained drained:
                Drain(drained.Names);
                break;
            case SchedulerMessage.DeclareLost declared:
                declared.ReplyTo.Tell(Declare(declared));
                break;
            case SchedulerMessage.ReleaseNode release:
                _scheduler.NodeReleased(release.Name);
                break;
            case SchedulerMessage.Reconfigure reconfigure:
                _scheduler.Reconfigure(reconfigure.Policy);
                break;
            case SchedulerMessage.JobAnnounced announced:
                Announce(announced);
                break;
            case SchedulerMessage.TasksReleased released:
                _scheduler.Released(released.Job, released.Tasks, released.Needs);
                break;
            case SchedulerMessage.TasksFreed freed:
                _scheduler.Freed(freed.Job, freed.Tasks);
                break;
            case SchedulerMessage.JobEnded ended:
                _jobs.Remove(ended.Job);
                _scheduler.JobEnded(ended.Job);
                break;
            case SchedulerMessage.Explain or SchedulerMessage.GetNodes or SchedulerMessage.GetNeed or SchedulerMessage.LookAgain:
                // The plan follows, and the answers behind it.
                break;
            default:
                throw new InvalidOperationException($"The scheduler knows no message {message.GetType().Name}.");
        }
    }

    private void Leave(SchedulerMessage.NodeLeft left)
    {
        _nodes.Remove(left.Name);
        if (left.LostAfter is not null)
        {
            _heard.Remove(left.Name);
        }

        Miss(left.Name, new NodeAbsence(left.Silent, left.LostAfter, left.InOrder));
    }

    /// <summary>A node is away: what jobs believe to run there is waited for, if there is a bound to that.</summary>
    private void Miss(string node, NodeAbsence absence)
    {
        _scheduler.NodeLeft(node, absence);
        if (absence.LostAfter is { } time)
        {
            Context.Timers.StartSingle(
                LossTimer(node),
                new SchedulerMessage.NodeLost(node, string.Create(CultureInfo.InvariantCulture, $"node {node} was silent for {watch.NodeTimeout.TotalSeconds} s")),
                time > TimeSpan.Zero ? time : TimeSpan.Zero);
        }
    }

    private void Lose(SchedulerMessage.NodeLost lost)
    {
        Context.Timers.Cancel(LossTimer(lost.Name));
        _scheduler.NodeLost(lost.Name, lost.Reason);
        foreach (var job in _scheduler.JobsOn(lost.Name))
        {
            _jobs[job].Job.Tell(new JobMessage.NodeLost(lost.Name, lost.Reason, _addresses.GetValueOrDefault(lost.Name)));
        }
    }

    /// <summary>One that can be reached might go on with what somebody else is given meanwhile.</summary>
    private NodeReply Declare(SchedulerMessage.DeclareLost declared)
    {
        if (StatusOf(declared.Name) is not NodeReply.Done { Node: var node } known)
        {
            return StatusOf(declared.Name);
        }

        if (node.Connected)
        {
            return new NodeReply.Refused($"Node {node.Name} is connected: drain it (dpu drain {node.Name}), or stop it first.");
        }

        if (node.Name == watch.LocalNode)
        {
            return new NodeReply.Refused($"Node {node.Name} is this service's own: its tasks are never lost while it runs.");
        }

        if (node.State is NodeState.Lost or NodeState.Left)
        {
            return known;
        }

        if (node.LostAt is null)
        {
            return new NodeReply.Refused($"Node {node.Name} is connected, and its keeper is being started anew: drain it (dpu drain {node.Name}), or stop it first.");
        }

        Lose(new SchedulerMessage.NodeLost(node.Name, $"{declared.By} said that the host of node {node.Name} is dead"));
        return StatusOf(declared.Name);
    }

    private NodeReply StatusOf(string name)
    {
        var all = _scheduler.Nodes();
        return all.FirstOrDefault(node => node.Name == name) is { } found ? new NodeReply.Done(found) : new NodeReply.Unknown([.. all.Select(node => node.Name)]);
    }

    private void Drain(IReadOnlyCollection<string> names)
    {
        var (drained, resumed) = _scheduler.Drain(names);
        foreach (var name in drained.Concat(resumed))
        {
            TellWhetherItDrains(name);
        }
    }

    /// <summary>It knows what waits there, and gives that back.</summary>
    private void TellWhetherItDrains(string name) => _nodes.GetValueOrDefault(name)?.Tell(new NodeMessage.Drain(_scheduler.IsDrained(name)));

    private static string LossTimer(string node) => $"loss of {node}";

    private void Join(SchedulerMessage.NodeJoined joined)
    {
        Context.Timers.Cancel(LossTimer(joined.Name));
        _nodes[joined.Name] = _addresses[joined.Name] = joined.Node;
        _scheduler.NodeJoined(joined.Name, joined.Incarnation, joined.Capacity, joined.Tags, joined.About);

        // Before the jobs tell it what they believe to run there: what of that has not begun is to go elsewhere.
        TellWhetherItDrains(joined.Name);
        foreach (var job in _scheduler.JobsOn(joined.Name))
        {
            _jobs[job].Job.Tell(new JobMessage.NodeReady(joined.Name, joined.Node));
        }
    }

    private void Announce(SchedulerMessage.JobAnnounced announced)
    {
        _jobs[announced.Demand.Job] = announced;
        _scheduler.JobAnnounced(announced.Demand);
        foreach (var node in announced.Demand.Running.Select(running => running.Node).Distinct(StringComparer.Ordinal))
        {
            if (_nodes.TryGetValue(node, out var address))
            {
                announced.Job.Tell(new JobMessage.NodeReady(node, address));
            }
            else if (node != watch.LocalNode && !_heard.Contains(node) && !Context.Timers.IsActive(LossTimer(node)))
            {
                Miss(node, new NodeAbsence(TimeSpan.Zero, watch.NodeTimeout, InOrder: false));
            }
        }
    }
}
