using Dpu.Domain.Execution;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>
/// Hands log chunks to the log store, where they can be read at once, before the outcome of their attempt is told. The launcher keeps what is
/// not durable yet, so a store that fails is tried again and nothing is lost. How much is held here says whether the node takes more.
/// </summary>
internal sealed class LogSpooler(ILogStore store, ActorContext<NodeMessage> context, NodeOptions options)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly object RetryTimer = new();

    /// <summary>Chunks that come while so many batches are under way are one batch when the first of those is done: fewer turns for a busy node, and no more than it can be for a slow store.</summary>
    private const int AppendsMax = 16;

    /// <summary>What a chunk takes beside its bytes, here and in the store's queues: a line of ten bytes is mostly this.</summary>
    private const int BytesPerChunk = 256;

    private readonly List<LogChunk> _waiting = [];
    private bool _failing;
    private bool _told;
    private int _appends;

    /// <summary>Memory of what is not stored yet: what waits, and what was handed over.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Whether the store does not take anything at the moment.</summary>
    public bool IsFailing => _told;

    /// <summary>What a piece of output takes while it is held.</summary>
    public static long SizeOf(LauncherEvent.Output output) => output.Bytes.Length + BytesPerChunk;

    public void Add(LauncherEvent.Output output, string? step, Guid incarnation)
    {
        HeldBytes += SizeOf(output);
        _waiting.Add(new LogChunk(
            output.Attempt,
            output.Stream,
            output.At,
            $"node.{options.Host}.{step ?? "unknown"}",
            incarnation,
            output.SequenceNr,
            output.Bytes));
    }

    /// <param name="everything">Whether what waits must be handed over now, however much is under way: an end is about to be told.</param>
    public void Flush(bool everything)
    {
        if (_failing || _waiting.Count == 0 || (_appends >= AppendsMax && !everything))
        {
            return;
        }

        _appends++;
        var chunks = _waiting.ToArray();
        _waiting.Clear();
        context.PipeToSelf(
            async stopping =>
            {
                await store.AppendAsync(chunks, stopping);
                return chunks;
            },
            static stored => new NodeMessage.LogsStored(
                [.. stored.Select(chunk => new LauncherEventId(chunk.Incarnation, chunk.SequenceNr))],
                stored.Sum(static chunk => (long)chunk.Bytes.Length + BytesPerChunk)),
            reason => new NodeMessage.LogsFailed(chunks, reason));
    }

    /// <summary>What failed goes first at the next try, so that an attempt's lines stay in order.</summary>
    public void Failed(NodeMessage.LogsFailed failed)
    {
        _appends--;
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

    public void Stored(NodeMessage.LogsStored stored)
    {
        _appends--;
        HeldBytes -= stored.HeldBytes;
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
