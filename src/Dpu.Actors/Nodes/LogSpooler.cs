using Dpu.Domain.Execution;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>
/// Hands log chunks to the log store, where they can be read at once, before the outcome of their attempt is told. The launcher keeps what is
/// not durable yet, so a store that fails is tried again and nothing is lost.
/// </summary>
internal sealed class LogSpooler(ILogStore store, ActorContext<NodeMessage> context, NodeOptions options)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly object RetryTimer = new();

    private readonly List<LogChunk> _waiting = [];
    private bool _failing;
    private bool _told;

    public void Add(LauncherEvent.Output output, string? step, Guid incarnation) => _waiting.Add(new LogChunk(
        output.Attempt,
        output.Stream,
        output.At,
        $"node.{options.Host}.{step ?? "unknown"}",
        incarnation,
        output.SequenceNr,
        output.Bytes));

    public void Flush()
    {
        if (_failing || _waiting.Count == 0)
        {
            return;
        }

        var chunks = _waiting.ToArray();
        _waiting.Clear();
        context.PipeToSelf(
            async stopping =>
            {
                await store.AppendAsync(chunks, stopping);
                return chunks;
            },
            static stored => new NodeMessage.LogsStored([.. stored.Select(chunk => new LauncherEventId(chunk.Incarnation, chunk.SequenceNr))]),
            reason => new NodeMessage.LogsFailed(chunks, reason));
    }

    /// <summary>What failed goes first at the next try, so that an attempt's lines stay in order.</summary>
    public void Failed(NodeMessage.LogsFailed failed)
    {
        _waiting.AddRange(failed.Chunks);

        // An attempt's lines all come from one launcher. Not by time: a clock that was set back would make the order contradict itself.
        _waiting.Sort(static (a, b) => a.Incarnation == b.Incarnation ? a.SequenceNr.CompareTo(b.SequenceNr) : a.Incarnation.CompareTo(b.Incarnation));
        if (!_failing)
        {
            _failing = true;
            TellOnce(failed.Reason);
            context.Timers.StartSingle(RetryTimer, NodeMessage.RetryLogs.Instance, RetryDelay);
        }
    }

    public void Retry() => _failing = false;

    public void Stored()
    {
        if (_told)
        {
            _told = false;
            NodeLog.LogsStoredAgain(context.Logger);
        }
    }

    /// <summary>Not at every try: on a full disk that would be a line a second for as long as it is full.</summary>
    private void TellOnce(Exception reason)
    {
        if (!_told)
        {
            _told = true;
            NodeLog.LogStoreFailed(context.Logger, reason);
        }
    }
}
