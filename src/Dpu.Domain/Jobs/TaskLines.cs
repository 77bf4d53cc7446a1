using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;

namespace Dpu.Domain.Jobs;

/// <summary>
/// The lines of an <c>exec</c> job, compressed in blocks, so that a job of a million lines stays small in the journal and in memory.
/// A line is any text without a newline: commas, quotes and spaces mean nothing here.
/// </summary>
/// <param name="Count">How many lines there are.</param>
/// <param name="Blocks">Brotli-compressed blocks of <see cref="LinesPerBlock"/> lines each, joined by newlines.</param>
public sealed record TaskLines(int Count, ImmutableArray<ReadOnlyMemory<byte>> Blocks)
{
    /// <summary>Lines in each block but the last.</summary>
    public const int LinesPerBlock = 1024;

    private const int Quality = 4;
    private const int WindowBits = 18;

    private UnpackedBlock? _unpacked;

    /// <summary>Packs lines; throws when one holds a newline.</summary>
    public static TaskLines Pack(IEnumerable<string> lines)
    {
        var blocks = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var count = 0;
        foreach (var chunk in lines.Chunk(LinesPerBlock))
        {
            if (Array.Find(chunk, line => line.Contains('\n', StringComparison.Ordinal)) is { } broken)
            {
                throw new ArgumentException($"A line holds a newline: '{broken}'.", nameof(lines));
            }

            blocks.Add(Compress(Encoding.UTF8.GetBytes(string.Join('\n', chunk))));
            count += chunk.Length;
        }

        return new TaskLines(count, blocks.ToImmutable());
    }

    /// <summary>The line of a task, counted from 0.</summary>
    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var number = index / LinesPerBlock;

            // One reference, read and written whole: readers on several threads may unpack twice, never mix two blocks.
            var unpacked = _unpacked;
            if (unpacked?.Number != number)
            {
                unpacked = new UnpackedBlock(number, Decompress(Blocks[number]).Split('\n'));
                _unpacked = unpacked;
            }

            return unpacked.Lines[index % LinesPerBlock];
        }
    }

    public bool Equals(TaskLines? other) =>
        other is not null && Count == other.Count && Blocks.Length == other.Blocks.Length
        && Blocks.Zip(other.Blocks).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    public override int GetHashCode() => HashCode.Combine(Count, Blocks.Length);

    private static ReadOnlyMemory<byte> Compress(byte[] plain)
    {
        var target = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        return BrotliEncoder.TryCompress(plain, target, out var written, Quality, WindowBits)
            ? target.AsMemory(0, written).ToArray()
            : throw new InvalidOperationException("Brotli refused a buffer of its own maximum size.");
    }

    private static string Decompress(ReadOnlyMemory<byte> block)
    {
        using var source = new MemoryStream(block.ToArray(), writable: false);
        using var brotli = new BrotliStream(source, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        brotli.CopyTo(plain);

        // No reader of text: it would take a line's first character for a byte order mark.
        return Encoding.UTF8.GetString(plain.GetBuffer(), 0, (int)plain.Length);
    }

    private sealed record UnpackedBlock(int Number, string[] Lines);
}
