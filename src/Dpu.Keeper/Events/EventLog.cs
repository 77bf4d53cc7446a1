using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Protocol;

namespace Dpu.Keeper.Events;

/// <summary>
/// Everything that is not acknowledged yet, in order: the oldest in memory up to a bound, what came later in files, up to another. Only what is in
/// memory is sent, so a service that is slow to acknowledge fills the disk and not our memory.
/// </summary>
internal sealed class EventLog(string spoolDirectory, long memoryBytesMax, long spoolBytesMax, long firstNumber) : IDisposable
{
    private const long FileBytesMax = 16 << 20;

    private readonly FrameQueue _memory = new();
    private readonly LinkedList<Segment> _later = new();
    private long _files;
    private long _spooledBytes;

    /// <summary>The number of the newest event.</summary>
    public long Last { get; private set; } = firstNumber - 1;

    /// <summary>Everything up to this number is forgotten.</summary>
    public long Acknowledged { get; private set; } = firstNumber - 1;

    public bool IsEmpty => Acknowledged == Last;

    /// <summary>
    /// Numbers and keeps an event. One that may be left out is refused when memory is full and the spool too, or the disk takes nothing; the others are
    /// spooled beyond the bound, or kept in memory, whatever it costs: there are only a few of them per attempt.
    /// </summary>
    public Keeping Append(ReadOnlySpan<byte> written, bool mayBeLeftOut)
    {
        var frame = written.ToArray();
        EventFrames.SetNumber(frame, Last + 1);
        if (_later.Count == 0 && (_memory.Count == 0 || _memory.Bytes + frame.Length <= memoryBytesMax))
        {
            _memory.Add(frame);
        }
        else if (mayBeLeftOut && _spooledBytes + frame.Length > spoolBytesMax)
        {
            return Keeping.SpoolIsFull;
        }
        else if (!TrySpool(frame))
        {
            if (mayBeLeftOut)
            {
                return Keeping.DiskIsFull;
            }

            KeepBehind(frame);
        }

        Last++;
        return Keeping.Kept;
    }

    /// <summary>Forgets everything up to a number and names the attempts that are over with it.</summary>
    public void Acknowledge(long number, Action<AttemptId> ended)
    {
        while (Acknowledged < number && _memory.Count > 0)
        {
            var frame = _memory.TakeFirst();
            Acknowledged++;
            if (EventFrames.EndsAttempt(frame, out var attempt))
            {
                ended(attempt);
            }

            if (_memory.Bytes <= memoryBytesMax / 2)
            {
                Refill();
            }
        }
    }

    /// <summary>The frame with this number, when it is one that may be sent now.</summary>
    public ReadOnlySpan<byte> Sendable(long number)
    {
        var index = number - Acknowledged - 1;
        return index >= 0 && index < _memory.Count ? _memory[(int)index] : default;
    }

    public void Dispose()
    {
        foreach (var segment in _later)
        {
            segment.File?.Dispose();
        }

        _later.Clear();
    }

    private bool TrySpool(byte[] frame)
    {
        if (!TryWrite(frame))
        {
            return false;
        }

        _spooledBytes += frame.Length;
        return true;
    }

    private bool TryWrite(byte[] frame)
    {
        var file = _later.Last?.Value.File;
        if (file is null || file.WrittenBytes >= FileBytesMax)
        {
            file = SpoolFile.TryCreate(Path.Combine(spoolDirectory, string.Create(CultureInfo.InvariantCulture, $"{++_files}.events")));
            if (file is null)
            {
                return false;
            }

            if (!file.TryAppend(frame))
            {
                file.Dispose();
                return false;
            }

            _later.AddLast(new Segment(file, null));
            return true;
        }

        return file.TryAppend(frame);
    }

    private void KeepBehind(byte[] frame)
    {
        if (_later.Last?.Value.Frames is not { } frames)
        {
            frames = new FrameQueue();
            _later.AddLast(new Segment(null, frames));
        }

        frames.Add(frame);
    }

    private void Refill()
    {
        while (_later.First is { } first && _memory.Bytes < memoryBytesMax)
        {
            var (file, frames) = first.Value;
            if (file is { Count: > 0 })
            {
                _memory.Add(file.ReadFirst());
            }
            else if (frames is { Count: > 0 })
            {
                _memory.Add(frames.TakeFirst());
            }
            else
            {
                // A file's room is free again only as a whole.
                _spooledBytes -= file?.WrittenBytes ?? 0;
                file?.Dispose();
                _later.RemoveFirst();
            }
        }
    }

    /// <summary>What became of an event.</summary>
    public enum Keeping
    {
        Kept,
        DiskIsFull,
        SpoolIsFull,
    }

    /// <summary>Either of the two: what the disk took, or what it did not and could not be left out.</summary>
    private sealed record Segment(SpoolFile? File, FrameQueue? Frames);
}
