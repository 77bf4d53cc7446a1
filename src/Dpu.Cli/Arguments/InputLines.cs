using System.Text.Unicode;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Arguments;

/// <summary>
/// Reads lines as they are: only the line feed ends one, and nothing is trimmed or split, since a name may hold blanks, commas and quotes.
/// A last line without an end counts; the empty rest behind the last end does not.
/// </summary>
internal static class InputLines
{
    /// <summary>The lines of a file, or of standard input for <c>-</c>.</summary>
    /// <exception cref="UsageException">It cannot be read, or has no line.</exception>
    public static async Task<IReadOnlyList<string>> FromAsync(CliContext context, string source)
    {
        var name = source == "-" ? "standard input" : source;
        await using var stream = source == "-" ? context.OpenInput() : Open(source);
        var lines = await ReadAsync(stream, name, CancellationToken.None);
        return lines.Count > 0 ? lines : throw new UsageException($"There is no line in {name}, so there is nothing to run.");
    }

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new UsageException($"{path} is a directory: a file with one line per task is needed, or - for standard input, as in 'ls {path} | dpu exec --each - …'.");
        }

        try
        {
            return File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }

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
