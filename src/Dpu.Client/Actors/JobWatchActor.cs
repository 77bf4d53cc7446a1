using Dpu.Client.Contracts;
using Dpu.Kernel;

namespace Dpu.Client.Actors;

/// <summary>
/// Reads one job's changes, one after the other, for one watcher:
/// <code>
/// Reading ── Arrived ──► Reading        (JobChanged to the watcher)
/// Reading ── Ended ────► stopped        (WatchEnded to the watcher)
/// </code>
/// Lost connections are the HTTP client's affair.
/// </summary>
internal sealed class JobWatchActor(DpuHttpClient http, int jobId, IActorRef<WatchMessage> watcher) : Actor<JobWatchActor.Message>
{
    private IAsyncEnumerator<JobSummary>? _changes;
    private Task<bool> _next = Task.FromResult(false);

    protected override ValueTask OnStartAsync()
    {
        _changes = http.WatchJobAsync(jobId, Context.Stopping).GetAsyncEnumerator(Context.Stopping);
        ReadNext();
        return ValueTask.CompletedTask;
    }

    protected override ValueTask ReceiveAsync(Message message)
    {
        switch (message)
        {
            case Message.Arrived m:
                if (watcher.TryTell(new JobChanged(m.Job)))
                {
                    ReadNext();
                }
                else
                {
                    // Whoever watched has gone.
                    Context.StopSelf();
                }

                break;
            case Message.Ended m:
                watcher.Tell(new WatchEnded(jobId, m.Reason));
                Context.StopSelf();
                break;
            default:
                throw new InvalidOperationException($"A watch does not know {message.GetType().Name}.");
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask OnStopAsync()
    {
        // The enumerator must not be disposed while it is being read; the actor's stopping has cancelled the read.
        await _next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current);
        if (_changes is not null)
        {
            await _changes.DisposeAsync();
        }
    }

    private void ReadNext() => Context.PipeToSelf(
        _ => _next = _changes!.MoveNextAsync().AsTask(),
        more => more ? new Message.Arrived(_changes!.Current) : new Message.Ended(null),
        reason => new Message.Ended(reason));

    internal abstract record Message
    {
        internal sealed record Arrived(JobSummary Job) : Message;

        internal sealed record Ended(Exception? Reason) : Message;
    }
}
