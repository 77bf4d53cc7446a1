using System.Buffers;
using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Cluster.Links;

/// <summary>Logs on the link: little endian, texts with their length in front. Output is bytes; JSON would double it.</summary>
internal static class LogFrames
{
    private const int ChunkBytesMin = 50;

    public static void Write(IBufferWriter<byte> buffer, UpFrame.Logs frame)
    {
        using var writer = WriterTo(buffer);
        writer.Write(frame.Number);
        Write(writer, frame.Chunks);
    }

    public static void Write(IBufferWriter<byte> buffer, DownFrame.LogsRead frame)
    {
        using var writer = WriterTo(buffer);
        writer.Write(frame.Number);
        writer.Write(frame.Page.Next.Block);
        writer.Write(frame.Page.Next.Chunk);
        writer.Write(frame.Page.AtEnd);
        writer.Write(frame.Failure ?? "");
        Write(writer, frame.Page.Chunks);
    }

    public static UpFrame.Logs ReadLogs(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return new UpFrame.Logs(reader.ReadInt64(), ReadChunks(reader));
    }

    public static DownFrame.LogsRead ReadPage(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var number = reader.ReadInt64();
        var next = new LogCursor(reader.ReadInt64(), reader.ReadInt32());
        var atEnd = reader.ReadBoolean();
        var failure = reader.ReadString();
        return new DownFrame.LogsRead(number, new LogPage(ReadChunks(reader), next, atEnd), failure.Length == 0 ? null : failure);
    }

    private static BinaryWriter WriterTo(IBufferWriter<byte> buffer) => new(new BufferStream(buffer));

    private static void Write(BinaryWriter writer, ImmutableArray<LogChunk> chunks)
    {
        writer.Write(chunks.Length);
        foreach (var chunk in chunks)
        {
            writer.Write(chunk.Attempt.Job.Value);
            writer.Write(chunk.Attempt.Task);
            writer.Write(chunk.Attempt.Number);
            writer.Write((byte)chunk.Stream);
            writer.Write(chunk.At.UtcTicks);
            writer.Write(chunk.Source);
            writer.Write(chunk.Incarnation.ToByteArray());
            writer.Write(chunk.SequenceNr);
            writer.Write(chunk.Bytes.Length);
            writer.Write(chunk.Bytes.Span);
        }
    }

    private static ImmutableArray<LogChunk> ReadChunks(BinaryReader reader)
    {
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        var count = reader.ReadInt32();
        if (count < 0 || count > left / ChunkBytesMin)
        {
            throw new InvalidDataException($"A frame of logs cannot hold {count} chunks.");
        }

        var chunks = ImmutableArray.CreateBuilder<LogChunk>(count);
        for (var index = 0; index < count; index++)
        {
            var attempt = new AttemptId(new JobId(reader.ReadInt32()), reader.ReadInt32(), reader.ReadInt32());
            var stream = reader.ReadByte() is var number and (1 or 2) ? (OutputStream)number : throw new InvalidDataException("Output comes from stream 1 or 2.");
            var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
            chunks.Add(new LogChunk(attempt, stream, at, reader.ReadString(), new Guid(reader.ReadBytes(16)), reader.ReadInt64(), ReadBytes(reader)));
        }

        return chunks.MoveToImmutable();
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length >= 0 && length <= reader.BaseStream.Length - reader.BaseStream.Position
            ? reader.ReadBytes(length)
            : throw new InvalidDataException("A chunk is longer than its frame.");
    }

    /// <summary>Writes on to the buffer of a frame.</summary>
    private sealed class BufferStream(IBufferWriter<byte> buffer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] bytes, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] bytes, int offset, int count) => buffer.Write(bytes.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);
    }
}
