using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Cluster.Frontend;

/// <summary>
/// Stands for a node on another host: what jobs tell it goes over the node's link, and what the node says goes to jobs and scheduler as far as it
/// concerns attempts that were given to this very node.
/// </summary>
/// <remarks>
/// <code>away ──linked──► linked ──ready──► given work ──unlinked──► away</code>
/// Nothing waits here for a link: what is told to a node that is away is dropped, and when it is there again jobs and node compare what they believe,
/// as they do after a restart of either. What no job gave to it again in that comparison is forgotten after node-timeout: the word that settled it may
/// have been lost, and a node that died with it never asks.
/// </remarks>
internal sealed class RemoteNodeActor(string name, FrontendParts parts) : BatchActor<RemoteNodeMessage>
{
    private const int TasksPerFrame = 200;

    /// <summary>A century; whatever a node says, it is a time.</summary>
    private const double SecondsLeftMax = 3.2e9;
    private static readonly object ForgetTimer = new();

    private IActorRef<NodeMessage> _self = null!;
    private IncomingLogs _logs = null!;
    private IDownlink? _link;
    private string? _product;
    private int _version;
    private bool _hasLeft;
    private long _refused;
    private long _era;

    protected override ValueTask OnStartAsync()
    {
        _self = new RemoteNodeRef(Context.Self);
        _logs = new IncomingLogs(name, parts, Context, Examine);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveBatchAsync(IReadOnlyList<RemoteNodeMessage> messages)
    {
        foreach (var message in messages)
        {
            Take(message);
        }

        return ValueTask.CompletedTask;
    }

    private void Take(RemoteNodeMessage message)
    {
        switch (message)
        {
            case RemoteNodeMessage.Linked linked:
                (_link, _product, _version) = (linked.Link, linked.Product, linked.Terms.Version);
                _hasLeft = false;
                _logs.Forget();
                parts.Phases.Forget(name);
                _link.Send(new DownFrame.Welcome(linked.Terms));

                // From now on its heartbeats renew its lease, also while it is not ready: its tasks must not be given up before it is silent again.
                parts.Scheduler.Tell(new SchedulerMessage.NodeHeard(name));
                break;
            case RemoteNodeMessage.Said said when said.Link == _link:
                Hear(said.Link, said.Received);
                break;
            case RemoteNodeMessage.Unlinked unlinked when unlinked.Link == _link:
                _link = null;
                parts.Phases.CutOff(name, unlinked.Silent);
                BeginEra();
                parts.Scheduler.Tell(new SchedulerMessage.NodeLeft(name, parts.NodeTimeout - unlinked.Silent, unlinked.Silent));
                break;
            case RemoteNodeMessage.ForNode told:
                Pass(told.Message);
                break;
            case RemoteNodeMessage.LogsAppended appended:
                appended.Link.Send(new DownFrame.LogsStored(((UpFrame.Logs)appended.Received.Frame).Number, appended.Failure));
                appended.Link.Handled(appended.Received);
                break;
            case RemoteNodeMessage.OwnersLookedUp found:
                _logs.LookedUp(found);
                break;
            case RemoteNodeMessage.OwnersNotLookedUp not:
                _logs.NotLookedUp(not.Reason);
                break;
            case RemoteNodeMessage.LookAgain:
                _logs.LookAgain();
                break;
            case RemoteNodeMessage.LogsLookedUp found:
                found.Link.Send(new DownFrame.LogsRead(((UpFrame.ReadLogs)found.Received.Frame).Number, found.Page, found.Failure));
                found.Link.Handled(found.Received);
                break;
            case RemoteNodeMessage.Forget forget:
                Take([.. parts.Grants.Of(name).Where(granted => granted.Era < forget.Era).Select(granted => granted.Start.Attempt)]);
                RememberToForget(since: forget.Era);
                ForgetPhasesIfAway();
                break;
            case RemoteNodeMessage.Checked examined:
                Take(examined);
                break;
            case RemoteNodeMessage.Closed { Failure: { } failure } closed:
                ClusterLog.CloseFailed(Context.Logger, name, closed.Attempt, failure);
                break;
            case RemoteNodeMessage.Closed:
                break;
            case RemoteNodeMessage.Said or RemoteNodeMessage.Unlinked:
                // Of a link that was replaced meanwhile.
                break;
            default:
                throw new InvalidOperationException($"A remote node knows no message {message.GetType().Name}.");
        }
    }

    private void BeginEra()
    {
        _era++;
        if (!Context.Timers.IsActive(ForgetTimer))
        {
            RememberToForget(since: 0);
        }
    }

    private void RememberToForget(long since)
    {
        if (_era > since)
        {
            Context.Timers.StartSingle(ForgetTimer, new RemoteNodeMessage.Forget(_era), parts.NodeTimeout);
        }
    }

    /// <summary>By now its attempts are lost.</summary>
    private void ForgetPhasesIfAway()
    {
        if (_link is null)
        {
            parts.Phases.Forget(name);
        }
    }

    private void Hear(IDownlink link, ReceivedFrame received)
    {
        switch (received.Frame)
        {
            case UpFrame.Logs or UpFrame.Ended:
                _logs.Add(link, received);
                return;
            case UpFrame.ReadLogs read:
                LookUp(link, received, read);
                return;
            default:
                Hear(received.Frame);
                link.Handled(received);
                return;
        }
    }

    private void Hear(UpFrame frame)
    {
        switch (frame)
        {
            case UpFrame.Ready ready:
                BeginEra();
                ClusterLog.Ready(Context.Logger, name, ready.Facts.Host, ready.Facts.Capacity.Cpus, ready.Facts.Capacity.MemoryBytes);
                parts.Described(name, ready.Facts);
                parts.Scheduler.Tell(new SchedulerMessage.NodeJoined(name, ready.Incarnation, ready.Facts.Capacity, ready.Facts.Tags, _self) { About = AboutOf(ready.Facts) });
                break;
            case UpFrame.NotReady not:
                ClusterLog.NotReady(Context.Logger, name, not.Reason);
                parts.Scheduler.Tell(new SchedulerMessage.NodeLeft(name));
                break;
            case UpFrame.Claim claim:
                parts.Frontend.Tell(new FrontendMessage.Claim(name, claim.Attempts, _self, OnlyItsOwn: true));
                break;
            case UpFrame.Lost lost:
                Report(lost);
                break;
            case UpFrame.Phases phases:
                parts.Phases.Tell(name, phases.Attempts);
                break;
            case UpFrame.Leaving:
                ClusterLog.Left(Context.Logger, name);
                parts.Phases.Forget(name);
                _hasLeft = true;
                parts.Scheduler.Tell(new SchedulerMessage.NodeLeft(name, parts.NodeTimeout, InOrder: true));
                LoseWhatItNeverGot();
                break;
            default:
                throw new InvalidOperationException($"A node says no {frame.GetType().Name} once it is linked.");
        }
    }

    private NodeAbout AboutOf(NodeFacts facts) => new(
        facts.Host, _product, facts.DiskBytes, _version < LinkProtocol.VersionOfShipping ? facts.Missing.Add(NodeAbout.Shipping) : facts.Missing)
    {
        EndsAt = facts.SecondsLeft is { } left ? Context.System.Time.GetUtcNow().AddSeconds(Math.Clamp(left, 0, SecondsLeftMax)) : null,
    };

    /// <summary>Outputs are believed when they are in the store; to look there takes time.</summary>
    private void Examine(IDownlink link, ReceivedFrame received, UpFrame.Ended ended)
    {
        var reports = ended.Reports.Where(report => MayReport(ended.Job, report.Attempt)).Select(report => WithoutFlaw(ended.Job, report)).ToImmutableArray();
        if (reports.All(report => report.Outputs.IsEmpty))
        {
            Report(ended.Job, reports);
            link.Handled(received);
            return;
        }

        Context.PipeToSelf(
            stopping => CheckOutputsAsync(ended.Job, reports, stopping),
            examined => new RemoteNodeMessage.Checked(link, received, ended.Job, examined, null),
            reason => new RemoteNodeMessage.Checked(link, received, ended.Job, [], reason));
    }

    private void Take(RemoteNodeMessage.Checked examined)
    {
        if (examined.Failure is { } failure)
        {
            // The node keeps its report, and tells it again when nobody answers.
            ClusterLog.CheckFailed(Context.Logger, name, examined.Job, failure);
        }

        Report(examined.Job, [.. examined.Reports.Where(report => MayReport(examined.Job, report.Attempt))]);
        examined.Link.Handled(examined.Received);
    }

    private void Report(JobId job, ImmutableArray<AttemptReport> reports) =>
        Report(job, reports.Select(report => report.Attempt), new JobCommand.ReportEnds(name, reports));

    private AttemptReport WithoutFlaw(JobId job, AttemptReport report)
    {
        var start = parts.Grants.Find(name, IdOf(job, report.Attempt))!.Start;
        return ReportCheck.FlawOf(start, report) is { } flaw ? Refuse(start, report, flaw) : report;
    }

    private async Task<ImmutableArray<AttemptReport>> CheckOutputsAsync(JobId job, ImmutableArray<AttemptReport> reports, CancellationToken cancellationToken)
    {
        var examined = ImmutableArray.CreateBuilder<AttemptReport>(reports.Length);
        foreach (var report in reports)
        {
            var attempt = IdOf(job, report.Attempt);
            examined.Add(parts.Grants.Find(name, attempt) is { } granted && await FlawInStoreAsync(attempt, report, cancellationToken) is { } flaw
                ? Refuse(granted.Start, report, flaw)
                : report);
        }

        return examined.ToImmutable();
    }

    private async Task<string?> FlawInStoreAsync(AttemptId attempt, AttemptReport report, CancellationToken cancellationToken)
    {
        foreach (var output in report.Outputs)
        {
            var found = await parts.Outputs.FindAsync(attempt, ReportCheck.PathOf(attempt, output), cancellationToken);
            if (ReportCheck.FlawOf(output, found) is { } flaw)
            {
                return flaw;
            }
        }

        return null;
    }

    private AttemptReport Refuse(TaskStart start, AttemptReport report, string flaw)
    {
        ClusterLog.ReportFlawed(Context.Logger, name, start.Attempt, flaw);
        return ReportCheck.Failure(start, report, flaw);
    }

    private void Report(UpFrame.Lost lost)
    {
        var attempts = lost.Attempts.Where(attempt => MayReport(lost.Job, attempt)).ToImmutableArray();
        Report(lost.Job, attempts, new JobCommand.ReportLost(name, attempts, lost.Reason));
    }

    private void Report(JobId job, IEnumerable<TaskAttempt> reported, JobCommand command)
    {
        var attempts = reported.Select(attempt => IdOf(job, attempt)).ToImmutableArray();
        if (!attempts.IsEmpty)
        {
            parts.Grants.Find(name, attempts[0])!.Job.Tell(new JobMessage.Reported(command, attempts, _self));
        }
    }

    /// <summary>
    /// What was not given to it is not taken from it. After a restart of the frontend a report may come before its job has said what it gave: it is
    /// claimed a little later, and told again then.
    /// </summary>
    private bool MayReport(JobId job, TaskAttempt attempt)
    {
        var granted = parts.Grants.Find(name, IdOf(job, attempt)) is not null;
        if (!granted)
        {
            ClusterLog.ReportRefused(Context.Logger, name, IdOf(job, attempt), ++_refused);
        }

        return granted;
    }

    /// <summary>It holds nothing and takes nothing more: what was on its way to it never ran.</summary>
    private void LoseWhatItNeverGot()
    {
        foreach (var job in parts.Grants.Of(name).GroupBy(granted => granted.Job))
        {
            var attempts = job.Select(granted => granted.Start.Attempt).ToImmutableArray();
            var command = new JobCommand.ReportLost(name, [.. attempts.Select(attempt => new TaskAttempt(attempt.Task, attempt.Number))], $"node {name} had left before it was started");
            job.Key.Tell(new JobMessage.Reported(command, attempts, _self));
        }
    }

    private static AttemptId IdOf(JobId job, TaskAttempt attempt) => new(job, attempt.Task, attempt.Number);

    /// <summary>After a restart of the frontend a node may ask before its job has said again what it gave: what is recorded counts too.</summary>
    private void LookUp(IDownlink link, ReceivedFrame received, UpFrame.ReadLogs read) => Context.PipeToSelf(
        async stopping => parts.Grants.Find(name, read.Attempt) is not null || await parts.History.WasGivenToAsync(name, read.Attempt, stopping)
            ? new RemoteNodeMessage.LogsLookedUp(link, received, await ReadAsync(read, stopping), null)
            : new RemoteNodeMessage.LogsLookedUp(link, received, NoPage, "it was not given to this node"),
        static found => found,
        reason => new RemoteNodeMessage.LogsLookedUp(link, received, NoPage, reason.Message));

    private Task<LogPage> ReadAsync(UpFrame.ReadLogs read, CancellationToken cancellationToken) => parts.Logs.ReadAsync(
        LogSelection.Of(read.Attempt),
        new LogCursor(read.Block, read.Chunk),
        Math.Clamp(read.BytesMax, 1, LinkProtocol.FrameBytesMax / 4),
        cancellationToken);

    private static LogPage NoPage { get; } = new([], LogCursor.Start, true);

    private void Pass(NodeMessage message)
    {
        switch (message)
        {
            case NodeMessage.StartTasks start:
                Give(start.Job, start.Tasks);
                LoseIfItHasLeft();
                SendInParts(start.Tasks, tasks => new DownFrame.StartTasks(tasks[0].Attempt.Job, tasks));
                break;
            case NodeMessage.AdoptTasks adopt:
                Give(adopt.Job, adopt.Tasks.Select(task => task.Start));
                LoseIfItHasLeft();
                SendInParts(adopt.Tasks, tasks => new DownFrame.AdoptTasks(tasks[0].Start.Attempt.Job, tasks));
                break;
            case NodeMessage.EndTasks end:
                _link?.Send(new DownFrame.EndTasks(end.Attempts));
                break;
            case NodeMessage.Disown disown:
                Take(disown.Attempts);
                _link?.Send(new DownFrame.Disown(disown.Attempts));
                break;
            case NodeMessage.Drain drain:
                _link?.Send(new DownFrame.Drain(drain.Drains));
                break;
            case NodeMessage.Settled settled:
                Take(settled.Attempts);
                _link?.Send(new DownFrame.Settled(settled.Attempts));
                break;
            default:
                throw new InvalidOperationException($"Nobody tells a node on another host {message.GetType().Name}.");
        }
    }

    private void LoseIfItHasLeft()
    {
        if (_hasLeft)
        {
            LoseWhatItNeverGot();
        }
    }

    private void Give(IActorRef<JobMessage> job, IEnumerable<TaskStart> starts)
    {
        foreach (var start in starts)
        {
            parts.Grants.Give(name, start, job, _era);
        }
    }

    private void Take(ImmutableArray<AttemptId> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (parts.Grants.Take(name, attempt) is { Start.Work: TaskWork.Directed })
            {
                Close(attempt);
            }
        }
    }

    /// <summary>Its job has taken what it wanted of it.</summary>
    private void Close(AttemptId attempt) => Context.PipeToSelf(
        async stopping =>
        {
            await parts.Outputs.CloseAsync(attempt, stopping);
            return attempt;
        },
        closed => new RemoteNodeMessage.Closed(closed, null),
        failure => new RemoteNodeMessage.Closed(attempt, failure));

    private void SendInParts<T>(ImmutableArray<T> items, Func<ImmutableArray<T>, DownFrame> make)
    {
        foreach (var some in items.Chunk(TasksPerFrame))
        {
            _link?.Send(make([.. some]));
        }
    }
}

/// <summary>The address of a node on another host, for those that know nodes.</summary>
internal sealed class RemoteNodeRef(IActorRef<RemoteNodeMessage> actor) : IActorRef<NodeMessage>
{
    public ActorPath Path => actor.Path;

    public void Tell(NodeMessage message) => actor.Tell(new RemoteNodeMessage.ForNode(message));

    public bool TryTell(NodeMessage message) => actor.TryTell(new RemoteNodeMessage.ForNode(message));
}
