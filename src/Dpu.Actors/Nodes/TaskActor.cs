using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>
/// One attempt on its node: puts its files in place, has its process started, looks through its output, saves its outputs, and tells how it ended.
/// </summary>
/// <remarks>
/// <code>
/// preparing ──► running ──► searching ──► collecting ──► told
///     │            │            │             │            ▲
///     └────────────┴────────────┴─────────────┴────────────┘   (failed, ended, nothing to collect)
/// </code>
/// An adopted attempt begins at running. Only attempts of steps that have patterns are searched. What cannot be read then is tried again a few times
/// and given up: an attempt never fails because its lines could not be looked at.
/// </remarks>
internal sealed class TaskActor(TaskStart start, bool adopted, ITaskFiles files, FilesProgress progress, ILogStore logs, IActorRef<NodeMessage> manager)
    : Actor<TaskMessage>
{
    private const int SearchesMax = 4;
    private static readonly TimeSpan SearchAgainDelay = TimeSpan.FromSeconds(1);
    private static readonly object SearchTimer = new();

    private Phase _phase = Phase.Preparing;
    private bool _endRequested;
    private int _searches;
    private ImmutableArray<LogFinding> _findings = [];
    private string? _notSearched;
    private string? _hold;
    private long _phaseBegan;
    private double? _stagingInSeconds;
    private double? _savingSeconds;
    private CancellationTokenSource? _unwanted;

    private enum Phase
    {
        Preparing,
        Running,
        Searching,
        Collecting,
        Told,
    }

    protected override ValueTask OnStartAsync()
    {
        if (adopted)
        {
            _phase = Phase.Running;
            return ValueTask.CompletedTask;
        }

        try
        {
            Prepare();
        }
        catch (TaskFilesException failure)
        {
            // From a preparation that needs no time.
            Tell(failure.Cause, failure.Message, null);
        }

        return ValueTask.CompletedTask;
    }

    protected override ValueTask OnStopAsync()
    {
        _unwanted?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveAsync(TaskMessage message)
    {
        switch (_phase, message)
        {
            case (Phase.Preparing, TaskMessage.Prepared prepared):
                Launch(prepared.Request);
                break;
            case (Phase.Preparing or Phase.Running or Phase.Collecting, TaskMessage.End):
                End();
                break;
            case (Phase.Running, TaskMessage.Exited { Exit.Reason: EndReason.Fenced or EndReason.Evicted } ended):
                Tell(new AttemptOutcome.Lost(FailureClassifier.Classify(ended.Exit, start, []).Message));
                break;
            case (Phase.Running, TaskMessage.Exited exited):
                Examine(exited);
                break;
            case (Phase.Searching, TaskMessage.Searched searched):
                Take(searched);
                break;
            case (Phase.Searching, TaskMessage.SearchAgain again):
                Search(again.Ended);
                break;
            case (Phase.Running, TaskMessage.LaunchFailed failed):
                Tell(FailureCause.Launch, failed.Reason, null);
                break;
            case (Phase.Collecting, TaskMessage.Collected collected):
                _savingSeconds = SecondsOfPhase();
                Tell(new AttemptOutcome.Ended(Report(AttemptVerdict.Normal with { Hold = _hold }, collected.Exit, collected.Outputs)));
                break;
            case (Phase.Preparing or Phase.Collecting, TaskMessage.FilesFailed { Reason: OperationCanceledException } ended) when _endRequested:
                Tell(FailureCause.Cancelled, _phase == Phase.Preparing ? "ended before its process was started" : "ended while its outputs were being saved", ended.Exit);
                break;
            case (Phase.Preparing or Phase.Collecting, TaskMessage.FilesFailed failed):
                var known = failed.Reason as TaskFilesException;
                Tell(new AttemptVerdict(known?.Cause ?? FailureCause.Data, failed.Reason.Message, known?.Final ?? false), failed.Exit);
                break;
            default:
                // An end that was asked for too late, or the echo of one that was: the outcome is on its way already.
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Prepare()
    {
        _phaseBegan = Context.Time.GetTimestamp();
        var preparing = files.PrepareAsync(start, progress, Wanted());
        if (preparing.IsCompletedSuccessfully)
        {
            Launch(preparing.Result);
        }
        else
        {
            Context.PipeToSelf(
                _ => preparing.AsTask(),
                request => new TaskMessage.Prepared(request),
                reason => new TaskMessage.FilesFailed(null, reason));
        }
    }

    /// <summary>Files may have to wait for a frontend that is away: for as long as somebody wants them. Those of a command never do.</summary>
    private CancellationToken Wanted() => start.Work is TaskWork.Directed
        ? (_unwanted ??= CancellationTokenSource.CreateLinkedTokenSource(Context.Stopping)).Token
        : Context.Stopping;

    private void Launch(LaunchRequest request)
    {
        if (_endRequested)
        {
            Tell(FailureCause.Cancelled, "ended before its process was started", null);
            return;
        }

        _stagingInSeconds = SecondsOfPhase();
        _phase = Phase.Running;
        manager.Tell(new NodeMessage.Launch(request));
    }

    private void End()
    {
        _endRequested = true;
        _unwanted?.Cancel();
        if (_phase == Phase.Running)
        {
            manager.Tell(new NodeMessage.EndProcess(start.Attempt));
        }
    }

    private void Examine(TaskMessage.Exited ended)
    {
        if (start.Patterns.IsEmpty)
        {
            Judge(ended.Exit);
            return;
        }

        _phase = Phase.Searching;
        Search(ended);
    }

    private void Search(TaskMessage.Exited ended)
    {
        _searches++;
        Context.PipeToSelf(
            stopping => OutputSearch.RunAsync(logs, start, ended.LastOutput, stopping),
            output => new TaskMessage.Searched(ended, output, null),
            reason => new TaskMessage.Searched(ended, new SearchedOutput([], reason.Message), reason));
    }

    private void Take(TaskMessage.Searched searched)
    {
        if (searched.Output.Missing is not null && _searches < SearchesMax)
        {
            Context.Timers.StartSingle(SearchTimer, new TaskMessage.SearchAgain(searched.Ended), SearchAgainDelay);
            return;
        }

        _findings = searched.Output.Findings;
        if (searched.Output.Missing is { } missing)
        {
            _notSearched = $"its output was not searched to the end for the patterns of its recipe: {missing}";
            manager.Tell(new NodeMessage.SearchFailed(start.Attempt, missing, searched.Reason));
        }

        Judge(searched.Ended.Exit);
    }

    private void Judge(AttemptExit exit)
    {
        var verdict = FailureClassifier.Classify(exit, start, _findings);
        if (verdict.Cause is not null || start.Work is not TaskWork.Directed)
        {
            Tell(new AttemptOutcome.Ended(Report(verdict, exit, [])));
            return;
        }

        _phase = Phase.Collecting;
        _phaseBegan = Context.Time.GetTimestamp();
        _hold = verdict.Hold;
        Context.PipeToSelf(
            _ => files.CollectAsync(start, progress, Wanted()),
            outputs => new TaskMessage.Collected(exit, outputs),
            reason => new TaskMessage.FilesFailed(exit, reason));
    }

    private AttemptReport Report(AttemptVerdict verdict, AttemptExit? exit, ImmutableArray<OutputFile> outputs)
    {
        var used = start.Work is TaskWork.Directed directed ? directed.InputIds : [];
        var message = string.Join("; ", new[] { verdict.Message, _notSearched }.Where(part => !string.IsNullOrEmpty(part)));
        return new AttemptReport(new TaskAttempt(start.Attempt.Task, start.Attempt.Number), verdict.Cause, message, exit, used, outputs)
        {
            Findings = _findings,
            Final = verdict.Final,
            Hold = verdict.Hold,
            StagingInSeconds = _stagingInSeconds,
            SavingSeconds = _savingSeconds,
        };
    }

    /// <summary>To the millisecond: more would be noise, and longer in the journal than it is worth.</summary>
    private double SecondsOfPhase() => Math.Round(Context.Time.GetElapsedTime(_phaseBegan).TotalSeconds, 3);

    private void Tell(FailureCause cause, string message, AttemptExit? exit) => Tell(new AttemptVerdict(cause, message), exit);

    private void Tell(AttemptVerdict verdict, AttemptExit? exit) => Tell(new AttemptOutcome.Ended(Report(verdict, exit, [])));

    private void Tell(AttemptOutcome outcome)
    {
        _phase = Phase.Told;
        manager.Tell(new NodeMessage.TaskEnded(start.Attempt, outcome));
        Context.StopSelf();
    }
}
