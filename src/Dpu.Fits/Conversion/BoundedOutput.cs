using System.Globalization;

namespace Dpu.Fits.Conversion;

/// <summary>Passes on what is written, in large pieces, up to a limit and until it is cancelled. The stream below stays its owner's.</summary>
internal sealed class BoundedOutput(Stream destination, long bytesMax, CancellationToken cancellationToken) : Stream
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _filled;
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _written += buffer.Length;
        if (_written > bytesMax)
        {
            throw new ConversionException($"It would be longer than {bytesMax.ToString(CultureInfo.InvariantCulture)} bytes in this form, which is the limit here.");
        }

        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, _buffer.Length - _filled)];
            part.CopyTo(_buffer.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
            if (_filled == _buffer.Length)
            {
                Flush();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        cancellationToken.ThrowIfCancellationRequested();
        destination.Write(_buffer.AsSpan(0, _filled));
        _filled = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
