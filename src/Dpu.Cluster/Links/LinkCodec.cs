using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dpu.Cluster.Links;

/// <summary>
/// Frames as bytes: one byte that tells the kind, then JSON, or for logs their own binary form. The kind's highest bit says that what follows is
/// compressed (Brotli): logs nearly always are, and what is small never is.
/// </summary>
/// <remarks>A kind that is not known is skipped by whoever reads it: a newer peer may send it. What is known and broken ends the link.</remarks>
public static class LinkCodec
{
    private const byte Compressed = 0x80;
    private const int WorthCompressing = 1024;

    private static readonly Dictionary<byte, Kind> ByNumber = new[]
    {
        Of(1, LinkJson.Default.Hello),
        Of(2, LinkJson.Default.Ready),
        Of(3, LinkJson.Default.NotReady),
        Of(4, LinkJson.Default.Claim),
        Of(5, LinkJson.Default.Ended),
        Of(6, LinkJson.Default.UpLost),
        new Kind(7, typeof(UpFrame.Logs), static (writer, frame) => LogFrames.Write(writer, (UpFrame.Logs)frame), static bytes => LogFrames.ReadLogs(bytes)),
        Of(8, LinkJson.Default.Leaving),
        Of(9, LinkJson.Default.Heartbeat),
        Of(10, LinkJson.Default.ReadLogs),
        Of(11, LinkJson.Default.Phases),
        Of(33, LinkJson.Default.Welcome),
        Of(34, LinkJson.Default.Refused),
        Of(35, LinkJson.Default.StartTasks),
        Of(36, LinkJson.Default.AdoptTasks),
        Of(37, LinkJson.Default.EndTasks),
        Of(38, LinkJson.Default.Disown),
        Of(39, LinkJson.Default.Settled),
        Of(40, LinkJson.Default.LogsStored),
        Of(41, LinkJson.Default.HeartbeatSeen),
        Of(42, LinkJson.Default.Credit),
        Of(44, LinkJson.Default.Drain),
        new Kind(43, typeof(DownFrame.LogsRead), static (writer, frame) => LogFrames.Write(writer, (DownFrame.LogsRead)frame), static bytes => LogFrames.ReadPage(bytes)),
    }.ToDictionary(kind => kind.Number);

    private static readonly Dictionary<Type, Kind> ByType = ByNumber.Values.ToDictionary(kind => kind.Type);

    /// <exception cref="InvalidDataException">The frame is too long to be sent.</exception>
    public static byte[] Encode(object frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var plain = EncodePlain(frame);
        var encoded = plain.Length > WorthCompressing ? Compress(plain) : plain;
        return encoded.Length <= LinkProtocol.FrameBytesMax && plain.Length <= LinkProtocol.PlainBytesMax
            ? encoded
            : throw new InvalidDataException($"A frame {frame.GetType().Name} of {encoded.Length} bytes is too long for the link.");
    }

    /// <summary>The same, never compressed.</summary>
    internal static byte[] EncodePlain(object frame)
    {
        var kind = ByType[frame.GetType()];
        var plain = new ArrayBufferWriter<byte>();
        plain.Write([kind.Number]);
        kind.Write(plain, frame);
        return plain.WrittenSpan.ToArray();
    }

    /// <summary>Null for a kind that this version does not know.</summary>
    /// <exception cref="InvalidDataException">These bytes are no frame.</exception>
    public static UpFrame? DecodeUp(ReadOnlySpan<byte> bytes) => Decode<UpFrame>(bytes);

    /// <summary>Null for a kind that this version does not know.</summary>
    /// <exception cref="InvalidDataException">These bytes are no frame.</exception>
    public static DownFrame? DecodeDown(ReadOnlySpan<byte> bytes) => Decode<DownFrame>(bytes);

    private static T? Decode<T>(ReadOnlySpan<byte> bytes)
        where T : class
    {
        if (bytes.IsEmpty)
        {
            throw new InvalidDataException("An empty frame came over the link.");
        }

        if (!ByNumber.TryGetValue((byte)(bytes[0] & ~Compressed), out var kind))
        {
            return null;
        }

        try
        {
            var body = (bytes[0] & Compressed) == 0 ? bytes[1..].ToArray() : Decompress(bytes[1..]);
            return kind.Read(body) as T ?? throw new InvalidDataException($"A frame {kind.Type.Name} came from the wrong side of the link.");
        }
        catch (Exception broken) when (broken is JsonException or IOException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"A broken frame {kind.Type.Name} came over the link: {broken.Message}", broken);
        }
    }

    private static byte[] Compress(byte[] plain)
    {
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length) + 1];
        return BrotliEncoder.TryCompress(plain.AsSpan(1), compressed.AsSpan(1), out var length, quality: 1, window: 20) && length < plain.Length - 1
            ? [(byte)(plain[0] | Compressed), .. compressed.AsSpan(1, length)]
            : plain;
    }

    private static byte[] Decompress(ReadOnlySpan<byte> bytes)
    {
        using var decoder = new BrotliDecoder();
        var plain = new ArrayBufferWriter<byte>();
        while (true)
        {
            var status = decoder.Decompress(bytes, plain.GetSpan(64 << 10), out var consumed, out var written);
            plain.Advance(written);
            bytes = bytes[consumed..];
            if (plain.WrittenCount > LinkProtocol.PlainBytesMax || (status == OperationStatus.Done ? !bytes.IsEmpty : status != OperationStatus.DestinationTooSmall))
            {
                throw new InvalidDataException("A frame came over the link whose compressed form is broken or too large.");
            }

            if (status == OperationStatus.Done)
            {
                return plain.WrittenSpan.ToArray();
            }
        }
    }

    private static Kind Of<T>(byte number, JsonTypeInfo<T> type)
        where T : class => new(
            number,
            typeof(T),
            (writer, frame) =>
            {
                using var json = new Utf8JsonWriter(writer);
                JsonSerializer.Serialize(json, (T)frame, type);
            },
            bytes => JsonSerializer.Deserialize(bytes, type) ?? throw new InvalidDataException($"A frame {typeof(T).Name} is null."));

    private sealed record Kind(byte Number, Type Type, Action<IBufferWriter<byte>, object> Write, Func<byte[], object> Read);
}
