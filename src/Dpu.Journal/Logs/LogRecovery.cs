using Dpu.Journal.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Journal.Logs;

/// <summary>
/// Makes index and segments agree when the store opens. What the index does not know is read from the segments; what is torn at the very end is
/// cut off; a damaged block with whole ones behind it is stepped over and left as it is.
/// </summary>
internal static class LogRecovery
{
    private const int SearchBytes = 1 << 20;

    public static void Run(Database index, LogSegments segments)
    {
        var ends = LogIndex.Ends(index);
        if (ends.Exists(end => segments.LengthOf(end.Segment) < end.End))
        {
            // The index speaks of bytes that are not there: somebody took segments away, or put other ones in their place.
            LogIndex.Clear(index);
            ends.Clear();
        }

        if (segments.Last == 0)
        {
            return;
        }

        var (segment, from) = ends.Count > 0 ? ends[^1] : (1, 0L);
        for (; segment < segments.Last; segment++, from = 0)
        {
            if (segments.LengthOf(segment) > 0)
            {
                IndexFrom(index, segments, segment, from);
            }
        }

        segments.ContinueAt(IndexFrom(index, segments, segments.Last, from));
    }

    /// <summary>Adds the blocks of a segment from an offset on, and tells where the last whole one ends.</summary>
    private static long IndexFrom(Database index, LogSegments segments, int segment, long from)
    {
        using var file = segments.OpenRead(segment);
        var end = from;
        for (var at = NextWhole(file, from); at is { Block: var block, Offset: var offset }; at = NextWhole(file, end))
        {
            var summary = new BlockSummary();
            foreach (var chunk in LogRecordsReader.Read(block.Records))
            {
                summary.Add(chunk);
            }

            LogIndex.Add(index, block.Number, new BlockPlace(segment, offset, block.Length), summary);
            end = offset + block.Length;
        }

        return end;
    }

    private static (StoredBlock Block, long Offset)? NextWhole(SafeFileHandle file, long from)
    {
        if (BlockFormat.Read(file, from) is { } here)
        {
            return (here, from);
        }

        var buffer = new byte[SearchBytes];
        var length = RandomAccess.GetLength(file);
        for (var at = from + 1; at < length;)
        {
            var read = RandomAccess.Read(file, buffer, at);
            var found = buffer.AsSpan(0, read).IndexOf(BlockFormat.Magic);
            if (found < 0)
            {
                // The letters may stand across the edge of two reads.
                at += Math.Max(read - BlockFormat.Magic.Length + 1, 1);
                continue;
            }

            at += found;
            if (BlockFormat.Read(file, at) is { } block)
            {
                return (block, at);
            }

            at++;
        }

        return null;
    }
}
