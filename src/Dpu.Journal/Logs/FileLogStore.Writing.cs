using Dpu.Domain.Jobs;
using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Logs;

/// <content>The way of a chunk to the disk. What is private here and touches the pending blocks is called under the lock.</content>
public sealed partial class FileLogStore
{
    private void Add(in LogChunk chunk)
    {
        var open = _pending[^1];
        if (open.IsEmpty)
        {
            _timer.Change(_options.FlushAfter, Timeout.InfiniteTimeSpan);
        }

        open.Add(chunk);
        if (open.Length >= _options.BlockBytes)
        {
            _pending.Add(new PendingBlock(open.Number + 1));
            _wake.Set();
        }
    }

    private Task WhenWritten() => Task.WhenAll(_pending.Where(block => !block.IsEmpty).Select(block => block.Done.Task));

    private void TakeWaiters(JobId job, ref List<TaskCompletionSource>? arrived)
    {
        for (var index = _waiters.Count - 1; index >= 0; index--)
        {
            if (_waiters[index].Job == job)
            {
                (arrived ??= []).Add(_waiters[index].Arrived);
                _waiters.RemoveAt(index);
            }
        }
    }

    private void WriteNow()
    {
        lock (_gate)
        {
            if (!_closing)
            {
                _due = true;
                _wake.Set();
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            var (block, closing) = TakeNext();
            if (block is not null)
            {
                Write(block);
            }
            else if (closing)
            {
                return;
            }
            else
            {
                _wake.WaitOne();
            }
        }
    }

    /// <summary>The oldest block that is full or due; a new one is opened behind the last. It stays pending until it is written.</summary>
    private (PendingBlock? Block, bool Closing) TakeNext()
    {
        lock (_gate)
        {
            var open = _pending[^1];
            if (_pending.Count == 1 && !open.IsEmpty && (_due || _closing))
            {
                _pending.Add(new PendingBlock(open.Number + 1));
            }

            if (_pending.Count == 1 || _pending[^1].IsEmpty)
            {
                _due = false;
            }

            return (_pending.Count > 1 ? _pending[0] : null, _closing);
        }
    }

    private void Write(PendingBlock block)
    {
        try
        {
            var place = _segments.Write(BlockFormat.Encode(block.Number, block.Written.Span));
            try
            {
                LogIndex.Add(_index, block.Number, place, block.Summary);
            }
            catch
            {
                _segments.TakeBack(place);
                throw;
            }
        }
        catch (Exception failure)
        {
            GiveUp(block, failure);
            return;
        }

        lock (_gate)
        {
            _pending.Remove(block);
        }

        block.Done.SetResult();
    }

    /// <summary>
    /// Nothing of the block is stored, and nothing that came behind it, or lines would change places: all of that is forgotten, so that it is taken when it is handed over again,
    /// and what comes meanwhile is refused.
    /// </summary>
    private void GiveUp(PendingBlock block, Exception failure)
    {
        PendingBlock[] lost;
        lock (_gate)
        {
            lost = [.. _pending];
            _pending.Clear();
            _pending.Add(new PendingBlock(lost[^1].Number + 1));
            foreach (var chunk in lost.SelectMany(static pending => LogRecordsReader.Read(pending.Written)))
            {
                _seen.Remove(chunk.Incarnation, chunk.SequenceNr);
                _givenUp.Add(chunk.Incarnation, chunk.SequenceNr);
            }
        }

        var told = failure as JournalException ?? new JournalException(
            $"Logs cannot be written to '{_options.Folder}': {failure.Message} {DiskRoom.At(Path.Combine(_options.Folder, "x"), block.Length)}",
            failure);
        foreach (var pending in lost.Where(static pending => !pending.IsEmpty))
        {
            pending.Done.SetException(told);
        }
    }
}
