using System.Buffers;
using System.Net.WebSockets;

namespace Dpu.Cluster.Links;

/// <summary>Reads whole frames from a WebSocket, and knows how long ago the last bytes came.</summary>
internal sealed class LinkReceiver(WebSocket socket, TimeProvider time)
{
    private const int ReadBytes = 64 << 10;

    private ArrayBufferWriter<byte> _buffer = new();
    private long _heardAt = time.GetTimestamp();

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Silent => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>The next frame's bytes, good until the next call; null when the peer closed the link.</summary>
    /// <exception cref="InvalidDataException">The peer sends what is no frame.</exception>
    /// <exception cref="WebSocketException">The link broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_buffer.Capacity > 1 << 20)
        {
            // One large frame must not be paid for by every link for ever.
            _buffer = new ArrayBufferWriter<byte>();
        }

        _buffer.ResetWrittenCount();
        while (true)
        {
            var read = await socket.ReceiveAsync(_buffer.GetMemory(ReadBytes), cancellationToken);
            Volatile.Write(ref _heardAt, time.GetTimestamp());
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            _buffer.Advance(read.Count);
            if (read.MessageType != WebSocketMessageType.Binary || _buffer.WrittenCount > LinkProtocol.FrameBytesMax)
            {
                throw new InvalidDataException(read.MessageType == WebSocketMessageType.Binary ? "a frame is too long" : "a frame is text, not bytes");
            }

            if (read.EndOfMessage)
            {
                return _buffer.WrittenMemory;
            }
        }
    }
}
