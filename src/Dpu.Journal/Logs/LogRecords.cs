using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Logs;

/// <summary>
/// The inside of a block: chunks one after the other. Sources and incarnations are written once a block and then numbered. What was
/// written never changes, so that a reader may look at the part that it knows while more is added. Times and numbers are written as the
/// difference to the chunk before, which compresses far better.
/// </summary>
internal sealed class LogRecordsWriter
{
    internal const byte SourceRecord = 1;
    internal const byte IncarnationRecord = 2;
    internal const byte ChunkRecord = 3;

    private readonly Dictionary<string, int> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, int> _incarnations = [];
    private byte[] _bytes = new byte[4096];
    private long _lastTicks;
    private long _lastNumber;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Add(in LogChunk chunk)
    {
        var source = SourceOf(chunk.Source);
        var incarnation = IncarnationOf(chunk.Incarnation);
        Byte(ChunkRecord);
        Number(chunk.Attempt.Job.Value);
        Number(chunk.Attempt.Task);
        Number(chunk.Attempt.Number);
        Byte((byte)chunk.Stream);
        Number(ZigZag.Encode(chunk.At.UtcTicks - _lastTicks));
        Number(source);
        Number(incarnation);
        Number(ZigZag.Encode(chunk.SequenceNr - _lastNumber));
        Number(chunk.Bytes.Length);
        chunk.Bytes.Span.CopyTo(Take(chunk.Bytes.Length));
        (_lastTicks, _lastNumber) = (chunk.At.UtcTicks, chunk.SequenceNr);
    }

    private int SourceOf(string source)
    {
        if (!_sources.TryGetValue(source, out var id))
        {
            _sources.Add(source, id = _sources.Count);
            var text = Encoding.UTF8.GetBytes(source);
            Byte(SourceRecord);
            Number(text.Length);
            text.CopyTo(Take(text.Length));
        }

        return id;
    }

    private int IncarnationOf(Guid incarnation)
    {
        if (!_incarnations.TryGetValue(incarnation, out var id))
        {
            _incarnations.Add(incarnation, id = _incarnations.Count);
            Byte(IncarnationRecord);
            incarnation.TryWriteBytes(Take(16));
        }

        return id;
    }

    private void Byte(byte value) => Take(1)[0] = value;

    private void Number(long value)
    {
        for (var rest = (ulong)value; ;)
        {
            var low = (byte)(rest & 0x7F);
            rest >>= 7;
            Byte(rest == 0 ? low : (byte)(low | 0x80));
            if (rest == 0)
            {
                return;
            }
        }
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
        {
            // A new array, not a resized one: readers may hold the old.
            var larger = new byte[Math.Max(_bytes.Length * 2, Length + count)];
            _bytes.AsSpan(0, Length).CopyTo(larger);
            _bytes = larger;
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }
}

/// <summary>Reads what <see cref="LogRecordsWriter"/> wrote.</summary>
internal static class LogRecordsReader
{
    public static IEnumerable<LogChunk> Read(ReadOnlyMemory<byte> bytes)
    {
        var sources = new List<string>();
        var incarnations = new List<Guid>();
        var (ticks, sequenceNr) = (0L, 0L);
        for (var at = 0; at < bytes.Length;)
        {
            switch (bytes.Span[at++])
            {
                case LogRecordsWriter.SourceRecord:
                    var length = (int)Number(bytes.Span, ref at);
                    sources.Add(Encoding.UTF8.GetString(bytes.Span.Slice(at, length)));
                    at += length;
                    break;
                case LogRecordsWriter.IncarnationRecord:
                    incarnations.Add(new Guid(bytes.Span.Slice(at, 16)));
                    at += 16;
                    break;
                case LogRecordsWriter.ChunkRecord:
                    yield return Chunk(bytes, ref at, sources, incarnations, ref ticks, ref sequenceNr);
                    break;
                default:
                    throw new InvalidDataException($"There is no record of kind {bytes.Span[at - 1]} in a block of logs.");
            }
        }
    }

    private static LogChunk Chunk(
        ReadOnlyMemory<byte> bytes,
        ref int at,
        List<string> sources,
        List<Guid> incarnations,
        ref long ticks,
        ref long sequenceNr)
    {
        var span = bytes.Span;
        var attempt = new AttemptId(new JobId((int)Number(span, ref at)), (int)Number(span, ref at), (int)Number(span, ref at));
        var stream = (OutputStream)span[at++];
        ticks += ZigZag.Decode(Number(span, ref at));
        var source = sources[(int)Number(span, ref at)];
        var incarnation = incarnations[(int)Number(span, ref at)];
        sequenceNr += ZigZag.Decode(Number(span, ref at));
        var length = (int)Number(span, ref at);
        at += length;
        var time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return new LogChunk(attempt, stream, time, source, incarnation, sequenceNr, bytes.Slice(at - length, length));
    }

    private static long Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return (long)value;
            }
        }
    }
}

/// <summary>Small negative numbers as small positive ones.</summary>
internal static class ZigZag
{
    public static long Encode(long value) => (value << 1) ^ (value >> 63);

    public static long Decode(long value) => (long)((ulong)value >> 1) ^ -(value & 1);
}
