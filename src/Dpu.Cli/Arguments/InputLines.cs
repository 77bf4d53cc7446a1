using System.Text;

namespace Dpu.Cli.Arguments;

/// <summary>
/// Reads lines as they are: only the line feed ends one, and nothing is trimmed or split, since a name may hold blanks, commas and quotes.
/// A last line without an end counts; the empty rest behind the last end does not.
/// </summary>
internal static class InputLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="UsageException">A line is no UTF-8, or holds a NUL, which no argument of a program can.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(Stream stream, string name, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, ct);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        var lines = new List<string>();
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            lines.Add(Decode(end < 0 ? bytes : bytes[..end], name, lines.Count + 1));
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }

        return lines;
    }

    private static string Decode(ReadOnlyMemory<byte> line, string name, int number)
    {
        try
        {
            return line.Span.Contains((byte)0)
                ? throw new UsageException($"Line {number} of {name} holds a NUL byte, which no argument of a program can.")
                : Strict.GetString(line.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"Line {number} of {name} is not UTF-8.");
        }
    }
}
