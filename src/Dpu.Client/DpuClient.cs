using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Dpu.Client.Actors;
using Dpu.Client.Contracts;
using Dpu.Kernel;

namespace Dpu.Client;

/// <summary>The client actor behind methods, for programs that have no actors of their own. It owns its actor system.</summary>
/// <remarks>The methods throw what <see cref="DpuHttpClient"/> throws.</remarks>
public sealed class DpuClient : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly IActorRef<ClientMessage> _actor;
    private long _watches;

    /// <param name="http">Carries the calls; stays its owner's.</param>
    /// <param name="system">How the actors run; null for the thread pool and the system's clock.</param>
    public DpuClient(DpuHttpClient http, ActorSystemOptions? system = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _system = ActorSystem.Create("client", system ?? new ActorSystemOptions());
        _actor = _system.Spawn(new Props<ClientMessage>(() => new DpuClientActor(http)), "dpu");
    }

    public Task<JobAccepted> SubmitAsync(JobSubmission submission, string idempotencyKey, CancellationToken ct) =>
        AskAsync<JobAccepted>(replyTo => new SubmitJob(submission, idempotencyKey, replyTo), ct);

    public Task<JobAccepted> SubmitAsync(ExecSubmission submission, string idempotencyKey, CancellationToken ct) =>
        AskAsync<JobAccepted>(replyTo => new SubmitExec(submission, idempotencyKey, replyTo), ct);

    public Task<IReadOnlyList<JobSummary>> GetStatusAsync(JobQuery query, CancellationToken ct) =>
        AskAsync<IReadOnlyList<JobSummary>>(replyTo => new GetStatus(query, replyTo), ct);

    public Task<JobSummary> CancelAsync(int jobId, bool force, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new CancelJob(jobId, force, replyTo), ct);

    public Task<JobSummary> HoldAsync(int jobId, string? reason, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new HoldJob(jobId, reason, replyTo), ct);

    public Task<JobSummary> ReleaseAsync(int jobId, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new ReleaseJob(jobId, replyTo), ct);

    public Task<JobSummary> SetPriorityAsync(int jobId, int priority, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new SetPriority(jobId, priority, replyTo), ct);

    public Task<RetryPlan> PreviewRetryAsync(int jobId, RetryRequest request, CancellationToken ct) =>
        AskAsync<RetryPlan>(replyTo => new PreviewRetry(jobId, request, replyTo), ct);

    public Task<JobSummary> RetryAsync(int jobId, RetryRequest request, string idempotencyKey, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new RetryJob(jobId, request, idempotencyKey, replyTo), ct);

    /// <inheritdoc cref="DpuHttpClient.RerunAsync"/>
    public Task<JobAccepted> RerunAsync(int jobId, RerunRequest request, string idempotencyKey, CancellationToken ct) =>
        AskAsync<JobAccepted>(replyTo => new RerunJob(jobId, request, idempotencyKey, replyTo), ct);

    /// <inheritdoc cref="DpuHttpClient.ShowToAsync"/>
    public Task<JobSummary> ShowToAsync(int jobId, ContextRequest request, CancellationToken ct) =>
        AskAsync<JobSummary>(replyTo => new ShowJobTo(jobId, request, replyTo), ct);

    /// <summary>The job's status now and at every change, until it has ended.</summary>
    public async IAsyncEnumerable<JobSummary> WatchAsync(int jobId, [EnumeratorCancellation] CancellationToken ct)
    {
        var watcher = new ChannelRef(new ActorPath("/temp").Child($"watch-{Interlocked.Increment(ref _watches)}"));
        try
        {
            _actor.Tell(new WatchJob(jobId, watcher));
            await foreach (var message in watcher.Messages.ReadAllAsync(ct))
            {
                switch (message)
                {
                    case JobChanged changed:
                        yield return changed.Job;
                        break;
                    case WatchEnded ended:
                        Rethrow(ended.Reason);
                        yield break;
                }
            }
        }
        finally
        {
            watcher.Close();
        }
    }

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    private async Task<T> AskAsync<T>(Func<IActorRef<Reply<T>>, ClientMessage> question, CancellationToken ct)
    {
        // No limit of time here: the HTTP client has its own, and knows what a lost answer means.
        switch (await _actor.AskAsync(_system, question, Timeout.InfiniteTimeSpan, ct))
        {
            case Reply<T>.Done done:
                return done.Value;
            case Reply<T>.Failed failed:
                Rethrow(failed.Reason);
                break;
        }

        throw new InvalidOperationException("A reply is Done or Failed.");
    }

    private static void Rethrow(Exception? reason)
    {
        if (reason is not null)
        {
            ExceptionDispatchInfo.Throw(reason);
        }
    }

    /// <summary>An address whose messages are read from a channel.</summary>
    private sealed class ChannelRef(ActorPath path) : IActorRef<WatchMessage>
    {
        private readonly Channel<WatchMessage> _channel = Channel.CreateUnbounded<WatchMessage>();

        public ActorPath Path => path;

        public ChannelReader<WatchMessage> Messages => _channel.Reader;

        public void Tell(WatchMessage message) => TryTell(message);

        public bool TryTell(WatchMessage message) => _channel.Writer.TryWrite(message);

        public void Close() => _channel.Writer.TryComplete();
    }
}
