using System.Globalization;
using System.Text;
using Dpu.Domain.Execution;

namespace Dpu.Keeper.Output;

/// <summary>
/// Bounds what is kept of one attempt's output: its beginning goes through at once; after that its end is held back and handed over
/// when the attempt has ended, with one line that says how much was left out between the two.
/// </summary>
internal sealed class LogCap(long headBytes, long tailBytes, LogCap.Deliver deliver)
{
    private readonly LogTail _tail = new(tailBytes);
    private long _headLeft = headBytes;
    private bool _midLine;

    public delegate void Deliver(OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> bytes);

    /// <summary>How much came in, kept or not.</summary>
    public long Bytes { get; private set; }

    public void Write(OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> chunk)
    {
        Bytes += chunk.Length;
        if (chunk.Length <= _headLeft)
        {
            _headLeft -= chunk.Length;
            Pass(stream, at, chunk);
            return;
        }

        // The head closes at the end of a line; from here on nothing passes, or lines would change their order.
        var whole = chunk[..(int)_headLeft].LastIndexOf((byte)'\n') + 1;
        _headLeft = 0;
        if (whole > 0)
        {
            Pass(stream, at, chunk[..whole]);
        }

        _tail.Add(stream, at, chunk[whole..]);
    }

    public void Finish(DateTimeOffset at)
    {
        _tail.Trim();
        if (_tail.OmittedBytes > 0)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{(_midLine ? "\n" : "")}[dpu: {_tail.OmittedBytes} bytes of output left out here]\n");
            deliver(OutputStream.Error, at, Encoding.UTF8.GetBytes(line));
        }

        _tail.DeliverAll(deliver);
    }

    private void Pass(OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> chunk)
    {
        if (stream == OutputStream.Error)
        {
            _midLine = chunk[^1] != '\n';
        }

        deliver(stream, at, chunk);
    }
}
