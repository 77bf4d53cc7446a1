using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Logs;

/// <summary>A piece of an attempt's output.</summary>
/// <param name="Attempt">Who wrote it.</param>
/// <param name="Stream">Where to.</param>
/// <param name="At">When it was read.</param>
/// <param name="Source">Where it came from, as people read it: <c>node.&lt;host&gt;.&lt;recipe&gt;</c>.</param>
/// <param name="Incarnation">The launcher that numbered it.</param>
/// <param name="SequenceNr">Its number within that incarnation.</param>
/// <param name="Bytes">What was written; one or more whole lines, or a part of a long one.</param>
public readonly record struct LogChunk(
    AttemptId Attempt,
    OutputStream Stream,
    DateTimeOffset At,
    string Source,
    Guid Incarnation,
    long SequenceNr,
    ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Source of the lines that the store itself puts where output was lost.</summary>
    public const string StoreSource = "dpu.logs";
}

/// <summary>A place in the logs: everything before it was read.</summary>
/// <param name="Block">Number of a block.</param>
/// <param name="Chunk">Index of a chunk in it.</param>
public readonly record struct LogCursor(long Block, int Chunk) : IComparable<LogCursor>
{
    /// <summary>Before everything.</summary>
    public static LogCursor Start => default;

    public int CompareTo(LogCursor other) => Block != other.Block ? Block.CompareTo(other.Block) : Chunk.CompareTo(other.Chunk);

    public static bool operator <(LogCursor left, LogCursor right) => left.CompareTo(right) < 0;

    public static bool operator >(LogCursor left, LogCursor right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogCursor left, LogCursor right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogCursor left, LogCursor right) => left.CompareTo(right) >= 0;
}

/// <summary>Whose logs are read: a job's, a task's (all its attempts), or one attempt's.</summary>
public sealed record LogSelection(JobId Job, int? Task = null, int? Attempt = null)
{
    public static LogSelection Of(AttemptId attempt) => new(attempt.Job, attempt.Task, attempt.Number);

    public bool Includes(AttemptId attempt) =>
        attempt.Job == Job && (Task ?? attempt.Task) == attempt.Task && (Attempt ?? attempt.Number) == attempt.Number;
}

/// <summary>A page of a log.</summary>
/// <param name="Chunks">In the order in which they arrived, which within an attempt is the order in which they were written.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="AtEnd">True when nothing newer was there.</param>
public sealed record LogPage(ImmutableArray<LogChunk> Chunks, LogCursor Next, bool AtEnd);

/// <summary>The end of a log, or of what stands before a place in it.</summary>
/// <param name="Chunks">In the order in which they arrived.</param>
/// <param name="From">Where they begin: to read further back, ask for what is before it.</param>
/// <param name="End">Where they end; reading on from there gives what comes after them.</param>
/// <param name="AtStart">True when nothing older is there.</param>
public sealed record LogTail(ImmutableArray<LogChunk> Chunks, LogCursor From, LogCursor End, bool AtStart);

/// <summary>Keeps what attempts print. Shared by all of them, apart from the journal and its writer.</summary>
public interface ILogStore : IAsyncDisposable
{
    /// <summary>
    /// Stores chunks and completes once they are on disk; a chunk whose incarnation and number are there already is stored once. What
    /// was handed over can be read at once.
    /// </summary>
    /// <exception cref="JournalException">They could not be written; none of them counts as stored, and they may be handed over again. What comes behind them
    /// of the same launcher fails too, until they are: an attempt's lines never change places.</exception>
    Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken);

    /// <summary>Reads on from a cursor, with a line of <see cref="LogChunk.StoreSource"/> where output was lost; about <paramref name="maxBytes"/> of output, at least one chunk when there is one.</summary>
    Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Reads what stands before a cursor, the newest of it; null for the end of the log. About <paramref name="maxBytes"/> of output, at least one chunk when there is one.</summary>
    Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Completes when a job has a chunk at or after <paramref name="from"/>: at once when it has, else when one arrives.</summary>
    Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken);

    /// <summary>Writes what waits now, without waiting for more to come.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}
