using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;

namespace Dpu.Cluster.Node;

/// <summary>
/// Stands for the frontend on a node: what the Cluster_Manager tells scheduler, frontend and jobs goes over the link, and what comes over the link
/// goes to the Cluster_Manager.
/// </summary>
/// <remarks>
/// While there is no link, reports are dropped: the Cluster_Manager keeps each until its job has settled it, and jobs ask for them when the node is
/// there again. Logs wait here, and are sent again, in order. What attempts do is told over each new link first.
/// </remarks>
public sealed class UplinkActor(IUplink uplink, Func<NodeFacts> facts) : BatchActor<UplinkMessage>
{
    private const int ReportsPerFrame = 100;

    private readonly SortedDictionary<long, UplinkMessage.StoreLogs> _logs = [];
    private readonly SortedDictionary<long, UplinkMessage.ReadLogs> _reads = [];

    private SchedulerMessage.NodeJoined? _node;
    private IActorRef<NodeMessage>? _manager;
    private UplinkEvent.Leased? _lease;
    private bool _linked;
    private bool _wantsPhases;
    private ImmutableArray<AttemptPhase> _phases = [];
    private string? _refusal;
    private UplinkMessage.Leave? _leave;
    private long _number;

    /// <summary>For tests: nothing waits for an answer of the frontend.</summary>
    internal bool HoldsNothing => _logs.Count == 0 && _reads.Count == 0;

    protected override ValueTask OnStartAsync()
    {
        var self = Context.Self;
        uplink.Connect(@event => self.Tell(new UplinkMessage.Linked(@event)));
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveBatchAsync(IReadOnlyList<UplinkMessage> messages)
    {
        foreach (var message in messages)
        {
            Take(message);
        }

        return ValueTask.CompletedTask;
    }

    private void Take(UplinkMessage message)
    {
        switch (message)
        {
            case UplinkMessage.Linked { Event: UplinkEvent.Connected connected }:
                Begin(connected.Terms);
                break;
            case UplinkMessage.Linked { Event: UplinkEvent.Leased leased }:
                _lease = leased;
                _manager?.Tell(new NodeMessage.Leased(leased.Until, leased.Lapsed));
                break;
            case UplinkMessage.Linked { Event: UplinkEvent.Received received }:
                Hear(received.Frame);
                break;
            case UplinkMessage.Linked { Event: UplinkEvent.Disconnected disconnected }:
                (_linked, _wantsPhases) = (false, false);
                ClusterLog.Unlinked(Context.Logger, disconnected.Reason);
                break;
            case UplinkMessage.ForScheduler { Message: SchedulerMessage.NodeJoined joined }:
                _node = joined;
                Meet(joined.Node);
                TellReady();
                break;
            case UplinkMessage.ForScheduler { Message: SchedulerMessage.NodeLeft }:
                _node = null;
                uplink.Send(new UpFrame.NotReady("its keeper is being started anew"));
                break;
            case UplinkMessage.ForFrontend { Message: FrontendMessage.Claim claim }:
                uplink.Send(new UpFrame.Claim(claim.Attempts));
                break;
            case UplinkMessage.ForJob { Message: JobMessage.Reported reported } told:
                Report(told.Job, reported.Command);
                break;
            case UplinkMessage.StoreLogs store:
                _logs.Add(++_number, store);
                Send(_number, store);
                break;
            case UplinkMessage.ReadLogs read:
                _reads.Add(++_number, read);
                Send(_number, read);
                break;
            case UplinkMessage.TakeNoMore no:
                _refusal = no.Reason;
                uplink.Send(new UpFrame.NotReady(no.Reason));
                break;
            case UplinkMessage.FactsChanged:
                TellReady();
                break;
            case UplinkMessage.PhasesChanged changed:
                _phases = changed.Attempts;
                TellPhases();
                break;
            case UplinkMessage.Leave leave:
                Leave(leave);
                break;
            case UplinkMessage.HoldsNothing:
                uplink.Send(new UpFrame.Leaving());
                _leave?.ReplyTo.Tell(new UplinkLeft());
                break;
            default:
                throw new InvalidOperationException($"Nothing of a frontend that a node knows takes {message}.");
        }
    }

    /// <summary>Whatever was passed on before is in the Cluster_Manager's mailbox ahead of this question; nothing is behind it.</summary>
    private void Leave(UplinkMessage.Leave leave)
    {
        _leave = leave;
        _refusal ??= "it leaves";
        if (_manager is { } manager)
        {
            manager.Tell(new NodeMessage.AwaitEmpty(new UplinkRef<NodeEmpty>(Context.Self, static _ => new UplinkMessage.HoldsNothing())));
        }
        else
        {
            // Its keeper has not told yet what an earlier life of the node runs there: nobody can say that it holds nothing.
            leave.ReplyTo.Tell(new UplinkLeft());
        }
    }

    private void Begin(LinkTerms terms)
    {
        (_linked, _wantsPhases) = (true, terms.Version >= LinkProtocol.PhasesVersion);
        ClusterLog.Uplinked(Context.Logger, terms.Dpu, terms.Product);
        TellReady();
        TellPhases();
        foreach (var (number, store) in _logs)
        {
            Send(number, store);
        }

        foreach (var (number, read) in _reads)
        {
            Send(number, read);
        }
    }

    /// <summary>Before it can be given anything it has the lease that came before it.</summary>
    private void Meet(IActorRef<NodeMessage> manager)
    {
        if (_manager is null && _lease is { } lease)
        {
            manager.Tell(new NodeMessage.Leased(lease.Until, lease.Lapsed));
        }

        _manager = manager;
    }

    /// <summary>A node that takes nothing more says who it is all the same: jobs compare what they believe to run there.</summary>
    private void TellReady()
    {
        if (!_linked || _node is not { } node)
        {
            return;
        }

        uplink.Send(new UpFrame.Ready(node.Incarnation, facts()));
        if (_refusal is { } reason)
        {
            uplink.Send(new UpFrame.NotReady(reason));
        }
    }

    private void TellPhases()
    {
        if (_wantsPhases)
        {
            uplink.Send(new UpFrame.Phases(_phases));
        }
    }

    private void Report(JobId job, JobCommand command)
    {
        switch (command)
        {
            case JobCommand.ReportEnds ends:
                foreach (var reports in ends.Reports.Chunk(ReportsPerFrame))
                {
                    uplink.Send(new UpFrame.Ended(job, [.. reports]));
                }

                break;
            case JobCommand.ReportLost lost:
                uplink.Send(new UpFrame.Lost(job, lost.Attempts, lost.Reason));
                break;
            default:
                throw new InvalidOperationException($"A node does not report {command.GetType().Name}.");
        }
    }

    private void Send(long number, UplinkMessage.StoreLogs store) => uplink.Send(new UpFrame.Logs(number, [.. store.Chunks]));

    private void Send(long number, UplinkMessage.ReadLogs read) =>
        uplink.Send(new UpFrame.ReadLogs(number, read.Attempt, read.From.Block, read.From.Chunk, read.BytesMax));

    private void Hear(DownFrame frame)
    {
        switch (frame)
        {
            case DownFrame.LogsStored stored when _logs.Remove(stored.Number, out var waiting):
                Complete(waiting.Stored, stored.Failure);
                if (stored.Failure is not null)
                {
                    FailThoseBehind(stored.Number, stored.Failure);
                }

                break;
            case DownFrame.LogsRead read when _reads.Remove(read.Number, out var waiting):
                Complete(waiting.Read, read);
                break;
            case DownFrame.LogsStored or DownFrame.LogsRead:
                // Answered before: it was sent twice, over two links.
                break;
            case DownFrame.StartTasks or DownFrame.AdoptTasks when _leave is not null:
                // The frontend takes for lost what it gave to a node that says that it holds nothing.
                break;
            default:
                _node?.Node.Tell(MessageOf(frame));
                break;
        }
    }

    /// <summary>Lines that could not be stored are handed over again, and what was sent behind them must not come before them.</summary>
    private void FailThoseBehind(long number, string failure)
    {
        foreach (var behind in _logs.Keys.Where(other => other > number).ToArray())
        {
            _logs.Remove(behind, out var waiting);
            Complete(waiting!.Stored, failure);
        }
    }

    private static void Complete(TaskCompletionSource stored, string? failure)
    {
        if (failure is null)
        {
            stored.TrySetResult();
        }
        else
        {
            stored.TrySetException(new JournalException($"The frontend could not store logs: {failure}"));
        }
    }

    private static void Complete(TaskCompletionSource<LogPage> waiting, DownFrame.LogsRead read)
    {
        if (read.Failure is null)
        {
            waiting.TrySetResult(read.Page);
        }
        else
        {
            waiting.TrySetException(new JournalException($"The frontend could not read logs: {read.Failure}"));
        }
    }

    private NodeMessage MessageOf(DownFrame frame) => frame switch
    {
        DownFrame.StartTasks start => new NodeMessage.StartTasks(UplinkRefs.Job(Context.Self, start.Job), start.Tasks),
        DownFrame.AdoptTasks adopt => new NodeMessage.AdoptTasks(UplinkRefs.Job(Context.Self, adopt.Job), adopt.Tasks),
        DownFrame.EndTasks end => new NodeMessage.EndTasks(end.Attempts),
        DownFrame.Disown disown => new NodeMessage.Disown(disown.Attempts),
        DownFrame.Drain drain => new NodeMessage.Drain(drain.Drains),
        DownFrame.Settled settled => new NodeMessage.Settled(settled.Attempts),
        _ => throw new InvalidOperationException($"A frontend says no {frame.GetType().Name} once the link stands."),
    };
}
