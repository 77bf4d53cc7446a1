using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Journal.Logs;

/// <summary>A block as it was found in a segment.</summary>
/// <param name="Number">Rises through all segments.</param>
/// <param name="Length">With its header.</param>
/// <param name="Records">Uncompressed.</param>
internal readonly record struct StoredBlock(long Number, int Length, ReadOnlyMemory<byte> Records);

/// <summary>
/// The form of a block on the disk: 32 bytes of header, then its records, compressed. Little-endian: magic (8), number (8), length of the
/// records (4), stored length (4), reserved (4), CRC-32C of all of it but itself (4). Stored length = length of the records: not compressed.
/// </summary>
internal static class BlockFormat
{
    public const int HeaderLength = 32;

    /// <summary>The letters DPULOG, a zero, and the version of this form.</summary>
    public static ReadOnlySpan<byte> Magic => "DPULOG\0\u0001"u8;

    // Fast rather than small: output of recipes compresses well at any level, and a core is what tasks run on.
    private const int Quality = 1;
    private const int WindowBits = 18;
    private const int RecordsLengthMax = 1 << 30;

    public static byte[] Encode(long number, ReadOnlySpan<byte> records)
    {
        var block = new byte[HeaderLength + Math.Max(BrotliEncoder.GetMaxCompressedLength(records.Length), records.Length)];
        var body = block.AsSpan(HeaderLength);
        if (!BrotliEncoder.TryCompress(records, body, out var stored, Quality, WindowBits) || stored >= records.Length)
        {
            records.CopyTo(body);
            stored = records.Length;
        }

        Magic.CopyTo(block);
        BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(8), number);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(16), records.Length);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(20), stored);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(28), Checksum(block.AsSpan(0, 28), body[..stored]));
        Array.Resize(ref block, HeaderLength + stored);
        return block;
    }

    /// <summary>The block at <paramref name="offset"/>, or null when there is none that is whole.</summary>
    public static StoredBlock? Read(SafeFileHandle segment, long offset)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (!Fill(segment, offset, header) || !header[..8].SequenceEqual(Magic))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        var stored = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        if (length is < 0 or > RecordsLengthMax || stored < 0 || stored > length || offset + HeaderLength + stored > RandomAccess.GetLength(segment))
        {
            return null;
        }

        var body = new byte[stored];
        if (!Fill(segment, offset + HeaderLength, body)
            || Checksum(header[..28], body) != BinaryPrimitives.ReadUInt32LittleEndian(header[28..])
            || Decompress(body, length) is not { } records)
        {
            return null;
        }

        return new StoredBlock(BinaryPrimitives.ReadInt64LittleEndian(header[8..]), HeaderLength + stored, records);
    }

    private static byte[]? Decompress(byte[] body, int length)
    {
        if (body.Length == length)
        {
            return body;
        }

        var records = new byte[length];
        return BrotliDecoder.TryDecompress(body, records, out var written) && written == length ? records : null;
    }

    private static bool Fill(SafeFileHandle file, long offset, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(file, target, offset);
            if (read == 0)
            {
                return false;
            }

            target = target[read..];
            offset += read;
        }

        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body) => ~Add(Add(uint.MaxValue, header), body);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var single in bytes)
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return crc;
    }
}
