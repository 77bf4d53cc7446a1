using System.Collections.Immutable;
using Dpu.Cluster.Links;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Cluster.Frontend;

/// <summary>
/// Lines of a node on their way to the log store: handed over in the order in which they came, and only those of attempts that are or were the node's own.
/// </summary>
/// <remarks>
/// What was given to the node now is known here, so that its lines go on at once: an end that follows them on the link must find them in the store. Of other
/// attempts the views know; while they are asked, whatever came later waits, or an attempt's lines would change places. What waits is bounded by what
/// the link lets be under way.
/// </remarks>
/// <param name="node">Whose.</param>
/// <param name="parts">Where they go.</param>
/// <param name="context">Of the actor that this is a part of.</param>
/// <param name="hearEnd">Called with an end once the lines before it were handed over.</param>
internal sealed class IncomingLogs(
    string node, FrontendParts parts, ActorContext<RemoteNodeMessage> context, Action<IDownlink, ReceivedFrame, UpFrame.Ended> hearEnd)
{
    private const int RememberedMax = 10_000;
    private static readonly TimeSpan AgainDelay = TimeSpan.FromSeconds(1);
    private static readonly object AgainTimer = new();

    private readonly Queue<(IDownlink Link, ReceivedFrame Received)> _waiting = new();
    private readonly Dictionary<AttemptId, bool> _own = [];
    private bool _looking;

    /// <summary>Lines, or the end that follows them.</summary>
    public void Add(IDownlink link, ReceivedFrame received)
    {
        _waiting.Enqueue((link, received));
        HandOver();
    }

    /// <summary>The node's link is gone, and what came over it and waits will come again.</summary>
    public void Forget() => _waiting.Clear();

    public void LookedUp(RemoteNodeMessage.OwnersLookedUp found)
    {
        foreach (var (attempt, own) in found.Own)
        {
            _own[attempt] = own;
            if (!own)
            {
                ClusterLog.LogsRefused(context.Logger, node, attempt);
            }
        }

        LookAgain();
    }

    /// <summary>The views could not be asked; they are again.</summary>
    public void NotLookedUp(Exception reason)
    {
        ClusterLog.OwnersUnknown(context.Logger, node, reason);
        context.Timers.StartSingle(AgainTimer, RemoteNodeMessage.LookAgain.Instance, AgainDelay);
    }

    public void LookAgain()
    {
        _looking = false;
        HandOver();
    }

    private void HandOver()
    {
        while (!_looking && _waiting.TryPeek(out var next))
        {
            if (next.Received.Frame is UpFrame.Ended ended)
            {
                _waiting.Dequeue();
                hearEnd(next.Link, next.Received, ended);
                continue;
            }

            var chunks = ((UpFrame.Logs)next.Received.Frame).Chunks;
            var unknown = chunks.Select(chunk => chunk.Attempt).Distinct().Where(attempt => IsOwn(attempt) is null).ToImmutableArray();
            if (!unknown.IsEmpty)
            {
                Look(unknown);
                return;
            }

            _waiting.Dequeue();
            Append(next.Link, next.Received, [.. chunks.Where(chunk => IsOwn(chunk.Attempt) is true)]);
        }
    }

    private bool? IsOwn(AttemptId attempt) =>
        parts.Grants.Find(node, attempt) is not null ? true : _own.TryGetValue(attempt, out var own) ? own : null;

    private void Look(ImmutableArray<AttemptId> attempts)
    {
        _looking = true;
        if (_own.Count > RememberedMax)
        {
            _own.Clear();
        }

        context.PipeToSelf(
            stopping => FindAsync(attempts, stopping),
            static own => new RemoteNodeMessage.OwnersLookedUp(own),
            static reason => new RemoteNodeMessage.OwnersNotLookedUp(reason));
    }

    private async Task<ImmutableArray<(AttemptId Attempt, bool Own)>> FindAsync(ImmutableArray<AttemptId> attempts, CancellationToken cancellationToken)
    {
        var own = ImmutableArray.CreateBuilder<(AttemptId, bool)>();
        foreach (var attempt in attempts)
        {
            own.Add((attempt, await parts.History.WasGivenToAsync(node, attempt, cancellationToken)));
        }

        return own.ToImmutable();
    }

    private void Append(IDownlink link, ReceivedFrame received, LogChunk[] chunks) => context.PipeToSelf(
        async stopping =>
        {
            await parts.Logs.AppendAsync(chunks, stopping);
            return (string?)null;
        },
        failure => new RemoteNodeMessage.LogsAppended(link, received, failure),
        reason => new RemoteNodeMessage.LogsAppended(link, received, reason.Message));
}
