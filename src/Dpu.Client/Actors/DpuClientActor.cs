using System.Globalization;
using Dpu.Kernel;

namespace Dpu.Client.Actors;

/// <summary>
/// The thin client of a DPU as an actor. It holds no state of its own: each question becomes a call of the HTTP API that runs
/// beside the mailbox and is piped back, so that a slow answer holds up nobody, and each watched job has a child.
/// </summary>
public sealed class DpuClientActor(DpuHttpClient http) : Actor<ClientMessage>
{
    private long _watches;

    protected override ValueTask ReceiveAsync(ClientMessage message)
    {
        switch (message)
        {
            case SubmitJob m:
                Answer(ct => http.SubmitAsync(m.Submission, m.IdempotencyKey, ct), m.ReplyTo);
                break;
            case SubmitExec m:
                Answer(ct => http.SubmitAsync(m.Submission, m.IdempotencyKey, ct), m.ReplyTo);
                break;
            case GetStatus m:
                Answer(ct => http.GetJobsAsync(m.Query, ct), m.ReplyTo);
                break;
            case CancelJob m:
                Answer(ct => http.CancelAsync(m.JobId, m.Force, ct), m.ReplyTo);
                break;
            case HoldJob m:
                Answer(ct => http.HoldAsync(m.JobId, m.Reason, ct), m.ReplyTo);
                break;
            case ReleaseJob m:
                Answer(ct => http.ReleaseAsync(m.JobId, ct), m.ReplyTo);
                break;
            case SetPriority m:
                Answer(ct => http.SetPriorityAsync(m.JobId, m.Priority, ct), m.ReplyTo);
                break;
            case PreviewRetry m:
                Answer(ct => http.PreviewRetryAsync(m.JobId, m.Request, ct), m.ReplyTo);
                break;
            case RetryJob m:
                Answer(ct => http.RetryAsync(m.JobId, m.Request, m.IdempotencyKey, ct), m.ReplyTo);
                break;
            case RerunJob m:
                Answer(ct => http.RerunAsync(m.JobId, m.Request, m.IdempotencyKey, ct), m.ReplyTo);
                break;
            case ShowJobTo m:
                Answer(ct => http.ShowToAsync(m.JobId, m.Request, ct), m.ReplyTo);
                break;
            case WatchJob m:
                var name = string.Create(CultureInfo.InvariantCulture, $"watch-{m.JobId}-{++_watches}");
                Context.Spawn(new Props<JobWatchActor.Message>(() => new JobWatchActor(http, m.JobId, m.Watcher)), name);
                break;
            case Deliver m:
                m.Send();
                break;
            default:
                throw new InvalidOperationException($"The client actor does not know {message.GetType().Name}.");
        }

        return ValueTask.CompletedTask;
    }

    private void Answer<T>(Func<CancellationToken, Task<T>> call, IActorRef<Reply<T>> replyTo) => Context.PipeToSelf(
        call,
        value => new Deliver(() => replyTo.Tell(new Reply<T>.Done(value))),
        reason => new Deliver(() => replyTo.Tell(new Reply<T>.Failed(reason))));

    /// <summary>The outcome of a call has come back.</summary>
    private sealed record Deliver(Action Send) : ClientMessage;
}
