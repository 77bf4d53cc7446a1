using Dpu.Domain.Execution;
using Dpu.Keeper.Native;
using Dpu.Keeper.Output;

namespace Dpu.Keeper.Attempts;

/// <summary>Reads one output of a process as it comes, never more at once than its share, so that a loud recipe does not silence others.</summary>
internal sealed class OutputPump(int descriptor, OutputStream stream, LogCap cap, Epoll epoll)
{
    private const int Share = 32 << 10;

    /// <summary>So long a prompt without a line's end waits before it is shown.</summary>
    private const long PatienceMilliseconds = 200;

    private readonly LineChunker _chunker = new();
    private LineChunker.ChunkHandler? _deliver;
    private DateTimeOffset _at;
    private int _descriptor = descriptor;

    /// <summary>When an unfinished line is to be delivered; <see cref="long.MaxValue"/> without one.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Reads once; at the end of the stream the descriptor is closed.</summary>
    public void Read(byte[] buffer, long now, DateTimeOffset at)
    {
        if (_descriptor < 0)
        {
            return;
        }

        var count = Descriptors.Read(_descriptor, buffer.AsSpan(0, Share));
        if (count > 0)
        {
            _at = at;
            _chunker.Push(buffer.AsSpan(0, count), Deliver);
            Deadline = !_chunker.HasUnfinished ? long.MaxValue : Math.Min(Deadline, now + PatienceMilliseconds);
        }
        else if (count != -1)
        {
            Close(at);
        }
    }

    public void ReleaseUnfinished(long now, DateTimeOffset at)
    {
        _at = at;
        _chunker.ReleaseUnfinished(Deliver);
        Deadline = _chunker.HasUnfinished ? now + PatienceMilliseconds : long.MaxValue;
    }

    /// <summary>
    /// Takes what is in the pipe now and closes it. A stranger who was handed the other end may go on writing: that is no output of
    /// the attempt any more, and waiting for him would be waiting for ever.
    /// </summary>
    public void Finish(byte[] buffer, DateTimeOffset at)
    {
        for (var left = _descriptor < 0 ? 0 : Descriptors.Waiting(_descriptor); left > 0 && _descriptor >= 0; left -= Share)
        {
            Read(buffer, 0, at);
        }

        Close(at);
    }

    private void Close(DateTimeOffset at)
    {
        _at = at;
        _chunker.Flush(Deliver);
        Deadline = long.MaxValue;
        epoll.Close(_descriptor);
        _descriptor = -1;
    }

    private LineChunker.ChunkHandler Deliver => _deliver ??= chunk => cap.Write(stream, _at, chunk);
}
