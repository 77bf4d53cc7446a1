using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>
/// One attempt on its node: puts its files in place, has its process started, saves its outputs, and tells how it ended.
/// </summary>
/// <remarks>
/// <code>
/// preparing ──► running ──► collecting ──► told
///     │            │             │          ▲
///     └────────────┴─────────────┴──────────┘   (failed, ended)
/// </code>
/// An adopted attempt begins at running.
/// </remarks>
internal sealed class TaskActor(TaskStart start, bool adopted, AttemptLimits limits, ITaskFiles files, IActorRef<NodeMessage> manager)
    : Actor<TaskMessage>
{
    private Phase _phase = Phase.Preparing;
    private bool _endRequested;

    private enum Phase
    {
        Preparing,
        Running,
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

    protected override ValueTask ReceiveAsync(TaskMessage message)
    {
        switch (_phase, message)
        {
            case (Phase.Preparing, TaskMessage.Prepared prepared):
                Launch(prepared.Request);
                break;
            case (Phase.Preparing or Phase.Running, TaskMessage.End):
                End();
                break;
            case (Phase.Running, TaskMessage.Exited exited):
                Judge(exited.Exit);
                break;
            case (Phase.Running, TaskMessage.LaunchFailed failed):
                Tell(FailureCause.Launch, failed.Reason, null);
                break;
            case (Phase.Collecting, TaskMessage.Collected collected):
                Tell(new AttemptOutcome.Ended(Report(null, "", collected.Exit, collected.Outputs)));
                break;
            case (Phase.Preparing or Phase.Collecting, TaskMessage.FilesFailed failed):
                Tell((failed.Reason as TaskFilesException)?.Cause ?? FailureCause.Data, failed.Reason.Message, failed.Exit);
                break;
            default:
                // An end that was asked for too late, or the echo of one that was: the outcome is on its way already.
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Prepare()
    {
        var preparing = files.PrepareAsync(start, Context.Stopping);
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

    private void Launch(LaunchRequest request)
    {
        if (_endRequested)
        {
            Tell(FailureCause.Cancelled, "ended before its process was started", null);
            return;
        }

        _phase = Phase.Running;
        manager.Tell(new NodeMessage.Launch(request));
    }

    private void End()
    {
        _endRequested = true;
        if (_phase == Phase.Running)
        {
            manager.Tell(new NodeMessage.EndProcess(start.Attempt));
        }
    }

    private void Judge(AttemptExit exit)
    {
        var (cause, message) = FailureClassifier.Classify(exit, limits);
        if (cause is not null || start.Work is not TaskWork.Directed)
        {
            Tell(new AttemptOutcome.Ended(Report(cause, message, exit, [])));
            return;
        }

        _phase = Phase.Collecting;
        Context.PipeToSelf(
            stopping => files.CollectAsync(start, stopping),
            outputs => new TaskMessage.Collected(exit, outputs),
            reason => new TaskMessage.FilesFailed(exit, reason));
    }

    private AttemptReport Report(FailureCause? cause, string message, AttemptExit? exit, ImmutableArray<OutputFile> outputs)
    {
        var used = start.Work is TaskWork.Directed directed ? directed.InputIds : [];
        return new AttemptReport(new TaskAttempt(start.Attempt.Task, start.Attempt.Number), cause, message, exit, used, outputs);
    }

    private void Tell(FailureCause cause, string message, AttemptExit? exit) =>
        Tell(new AttemptOutcome.Ended(Report(cause, message, exit, [])));

    private void Tell(AttemptOutcome outcome)
    {
        _phase = Phase.Told;
        manager.Tell(new NodeMessage.TaskEnded(start.Attempt, outcome));
        Context.StopSelf();
    }
}
