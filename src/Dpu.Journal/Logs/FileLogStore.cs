using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Logs;

/// <summary>
/// Logs in append-only segments, shared by all attempts, compressed by block. A chunk goes into the open block, where it can be read at once; a
/// thread writes closed blocks, flushes them, indexes them, and only then are those who handed them over told so.
/// </summary>
/// <remarks>The caller holds the data directory: two stores on one folder would overwrite each other.</remarks>
public sealed partial class FileLogStore : ILogStore
{
    private const int BlocksPerRead = 16;
    private const int RememberedBlocksMax = 32;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly FileLogStoreOptions _options;
    private readonly LogSegments _segments;
    private readonly Database _index;
    private readonly Database _lookup;
    private readonly ReaderPool _reads;
    private readonly SeenNumbers _seen;
    private readonly DueNumbers _givenUp = new();
    private readonly Dictionary<long, HashSet<(Guid, long)>> _remembered = [];
    private readonly List<PendingBlock> _pending = [];
    private readonly List<(JobId Job, TaskCompletionSource Arrived)> _waiters = [];
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private bool _due;
    private bool _closing;

    private FileLogStore(FileLogStoreOptions options, LogSegments segments, Database index, TimeProvider time)
    {
        _options = options;
        _segments = segments;
        _index = index;
        _lookup = Database.OpenReader(options.IndexPath);
        _reads = new ReaderPool(options.IndexPath);
        _seen = new SeenNumbers(incarnation => LogIndex.LastNumber(_lookup, incarnation), IsStored);

        // One number is left out: what an earlier process showed of a block that it could not write is never mistaken for this one's.
        _pending.Add(new PendingBlock(LogIndex.LastBlock(index) + 2));
        _timer = time.CreateTimer(_ => WriteNow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { Name = "dpu-logs", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Opens the logs; reads what the index does not know from the segments, and cuts off a torn end.</summary>
    /// <exception cref="JournalException">They cannot be read or written.</exception>
    public static FileLogStore Open(FileLogStoreOptions options, TimeProvider time)
    {
        LogSegments? segments = null;
        Database? index = null;
        try
        {
            segments = new LogSegments(options.Folder, options.SegmentBytesMax);
            index = LogIndex.Open(options.IndexPath, time);
            LogRecovery.Run(index, segments);
            return new FileLogStore(options, segments, index, time);
        }
        catch (Exception failure)
        {
            segments?.Dispose();
            index?.Dispose();
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new JournalException($"The logs in '{options.Folder}' cannot be opened: {failure.Message}", failure);
            }

            throw;
        }
    }

    public Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<TaskCompletionSource>? arrived = null;
        Task done;
        lock (_gate)
        {
            if (_closing)
            {
                return Task.FromException(new JournalException($"The logs in '{_options.Folder}' are closed."));
            }

            if (!_givenUp.Admit(chunks))
            {
                return Task.FromException(new JournalException($"Lines in '{_options.Folder}' wait for earlier ones of their launcher, which could not be written and must be handed over first."));
            }

            foreach (var chunk in chunks)
            {
                if (_seen.Add(chunk.Incarnation, chunk.SequenceNr))
                {
                    Add(chunk);
                    TakeWaiters(chunk.Attempt.Job, ref arrived);
                }
            }

            // A chunk that was there already may be in any block that is not written yet.
            done = WhenWritten();
        }

        arrived?.ForEach(waiter => waiter.SetResult());
        return done.WaitAsync(cancellationToken);
    }

    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken)
    {
        // First what is pending, then the index: a block leaves the first only when it is in the second.
        var (pending, next) = Pending(selection);
        return _reads.RunAsync(
            index =>
            {
                var page = new LogPageBuilder(selection, from, maxBytes);
                ReadStored(index, page, selection, pending[0].Number);
                foreach (var (number, records) in pending)
                {
                    page.Add(number, records);
                }

                return page.Build(next);
            },
            cancellationToken);
    }

    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken)
    {
        var (pending, next) = Pending(selection);
        var end = before < next ? before.Value : next;
        return _reads.RunAsync(
            index =>
            {
                var tail = new LogTailBuilder(selection, end, maxBytes);
                for (var block = pending.Count - 1; block >= 0; block--)
                {
                    tail.Add(pending[block].Number, pending[block].Written);
                }

                ReadStoredBack(index, tail, selection, Math.Min(pending[0].Number, end.Block + 1));
                return tail.Build();
            },
            cancellationToken);
    }

    public async Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiters.Add((job, arrived));
        }

        try
        {
            // Registered first: what comes between this look and the wait is not missed.
            var page = await ReadAsync(new LogSelection(job), from, 1, cancellationToken);
            if (page.Chunks.IsEmpty)
            {
                await arrived.Task.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            lock (_gate)
            {
                _waiters.RemoveAll(waiter => waiter.Arrived == arrived);
            }
        }
    }

    public Task FlushAsync(CancellationToken cancellationToken)
    {
        Task done;
        lock (_gate)
        {
            done = WhenWritten();
        }

        WriteNow();
        return done.WaitAsync(cancellationToken);
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
            _wake.Set();
        }

        _thread.Join();
        await _timer.DisposeAsync();
        lock (_gate)
        {
            _waiters.ForEach(waiter => waiter.Arrived.TrySetException(new JournalException($"The logs in '{_options.Folder}' are closed.")));
        }

        _reads.Dispose();
        _lookup.Dispose();
        _index.Dispose();
        _segments.Dispose();
        _wake.Dispose();
    }

    /// <summary>What is not in the index, and the place after all of it.</summary>
    private (List<(long Number, ReadOnlyMemory<byte> Written)> Blocks, LogCursor Next) Pending(LogSelection selection)
    {
        lock (_gate)
        {
            var blocks = _pending.ConvertAll(block => (block.Number, block.Summary.MayHold(selection) ? block.Written : default));
            return (blocks, new LogCursor(_pending[^1].Number, _pending[^1].Summary.Chunks));
        }
    }

    private void ReadStored(Database index, LogPageBuilder page, LogSelection selection, long before)
    {
        for (var from = page.From.Block; !page.IsFull;)
        {
            var blocks = LogIndex.Find(index, selection, from, before, BlocksPerRead);
            if (blocks.Count == 0)
            {
                return;
            }

            foreach (var (number, place) in blocks)
            {
                try
                {
                    page.Add(number, ReadBlock(number, place));
                }
                catch (JournalException lost)
                {
                    // Said where it is missed; the rest of the log is worth reading all the same.
                    page.AddLoss(number, lost.Message);
                }
            }

            from = blocks[^1].Block + 1;
        }
    }

    private void ReadStoredBack(Database index, LogTailBuilder tail, LogSelection selection, long before)
    {
        while (!tail.IsFull)
        {
            var blocks = LogIndex.FindBack(index, selection, before, BlocksPerRead);
            if (blocks.Count == 0)
            {
                return;
            }

            foreach (var (number, place) in blocks.TakeWhile(_ => !tail.IsFull))
            {
                try
                {
                    tail.Add(number, ReadBlock(number, place));
                }
                catch (JournalException lost)
                {
                    tail.AddLoss(number, lost.Message);
                }
            }

            before = blocks[^1].Block;
        }
    }

    private ReadOnlyMemory<byte> ReadBlock(long number, BlockPlace place)
    {
        try
        {
            using var file = _segments.OpenRead(place.Segment);
            return BlockFormat.Read(file, place.Offset) is { } block && block.Number == number
                ? block.Records
                : throw new JournalException($"Block {number} of the logs, at byte {place.Offset} of '{_segments.PathOf(place.Segment)}', is damaged.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"Block {number} of the logs cannot be read from '{_segments.PathOf(place.Segment)}': {failure.Message}", failure);
        }
    }

    /// <summary>Whether a number that memory does not hold is on the disk. Asked for what a launcher sends again, after a restart of either.</summary>
    private bool IsStored(Guid incarnation, long number)
    {
        foreach (var (block, place) in LogIndex.Holding(_lookup, incarnation, number))
        {
            if (!_remembered.TryGetValue(block, out var numbers))
            {
                if (_remembered.Count == RememberedBlocksMax)
                {
                    _remembered.Clear();
                }

                _remembered.Add(block, numbers = NumbersOf(block, place));
            }

            if (numbers.Contains((incarnation, number)))
            {
                return true;
            }
        }

        return false;
    }

    private HashSet<(Guid, long)> NumbersOf(long block, BlockPlace place)
    {
        try
        {
            return [.. LogRecordsReader.Read(ReadBlock(block, place)).Select(chunk => (chunk.Incarnation, chunk.SequenceNr))];
        }
        catch (JournalException)
        {
            // A damaged block cannot be shown, so what it held is taken again: refusing it would hold up its launcher for ever.
            return [];
        }
    }
}
