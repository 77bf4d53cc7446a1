using System.Text.Unicode;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Arguments;

/// <summary>
/// Reads lines as they are: only the line feed ends one, and nothing is trimmed or split, since a name may hold blanks, commas and quotes.
/// A last line without an end counts; the empty rest behind the last end does not.
/// </summary>
internal static class InputLines
{
    /// <exception cref="UsageException">A line is no UTF-8, or holds a NUL, which no argument of a program can.</exception>
    public static async Task<PackedLines> ReadAsync(Stream stream, string name, CancellationToken ct)
    {
        using var buffer = new MemoryStream(stream.CanSeek ? (int)Math.Min(stream.Length, Array.MaxLength) : 0);
        await stream.CopyToAsync(buffer, ct);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        var lines = new PackedLines(bytes.Length);
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            Check(line.Span, name, lines.Count + 1);
            lines.Add(line.Span);
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }

        return lines;
    }

    private static void Check(ReadOnlySpan<byte> line, string name, int number)
    {
        if (line.Contains((byte)0))
        {
            throw new UsageException($"Line {number} of {name} holds a NUL byte, which no argument of a program can.");
        }

        if (!Utf8.IsValid(line))
        {
            throw new UsageException($"Line {number} of {name} is not UTF-8.");
        }
    }
}
