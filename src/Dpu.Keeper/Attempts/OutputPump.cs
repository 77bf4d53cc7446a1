using Dpu.Domain.Execution;
using Dpu.Keeper.Native;
using Dpu.Keeper.Output;
using Dpu.Keeper.Spawning;

namespace Dpu.Keeper.Attempts;

/// <summary>Reads one output of a process as it comes, never more at once than its share, so that a loud recipe does not silence others.</summary>
internal sealed class OutputPump(OutputPipe pipe, OutputStream stream, LogCap cap, Epoll epoll)
{
    private const int Share = 32 << 10;

    /// <summary>So long a prompt without a line's end waits before it is shown.</summary>
    private const long PatienceMilliseconds = 200;

    private readonly LineChunker _chunker = new();
    private LineChunker.ChunkHandler? _deliver;
    private DateTimeOffset _at;

    /// <summary>When an unfinished line is to be delivered; <see cref="long.MaxValue"/> without one.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    private LineChunker.ChunkHandler Deliver => _deliver ??= chunk => cap.Write(stream, _at, chunk);

    /// <summary>Reads once, and tells how much.</summary>
    public int Read(byte[] buffer, long now, DateTimeOffset at)
    {
        var count = Descriptors.Read(pipe.Reader, buffer.AsSpan(0, Share));
        if (count > 0)
        {
            _at = at;
            _chunker.Push(buffer.AsSpan(0, count), Deliver);
            Deadline = !_chunker.HasUnfinished ? long.MaxValue : Math.Min(Deadline, now + PatienceMilliseconds);
        }

        return count;
    }

    public void ReleaseUnfinished(long now, DateTimeOffset at)
    {
        _at = at;
        _chunker.ReleaseUnfinished(Deliver);
        Deadline = _chunker.HasUnfinished ? now + PatienceMilliseconds : long.MaxValue;
    }

    /// <summary>
    /// Takes what is in the pipe now and closes it. A stranger who was handed an end may go on writing: that is no output of the attempt
    /// any more, and waiting for him would be waiting for ever.
    /// </summary>
    public void Finish(byte[] buffer, DateTimeOffset at)
    {
        var left = Descriptors.Waiting(pipe.Reader);
        while (left > 0 && Read(buffer, 0, at) is var count and > 0)
        {
            left -= count;
        }

        _at = at;
        _chunker.Flush(Deliver);
        Deadline = long.MaxValue;
        epoll.Close(pipe.Reader);
        Descriptors.Close(pipe.Writer);
    }
}
