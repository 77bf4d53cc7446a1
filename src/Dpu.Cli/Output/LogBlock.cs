using System.Globalization;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>
/// A job's log in the field's form: a head of three lines between pluses, then the job's own lines, each behind its time of day
/// in the reader's zone. A line that carries a time of its own already keeps that one only.
/// </summary>
internal sealed class LogBlock(TextWriter writer, TimeZoneInfo zone, bool onTerminal)
{
    private const int StampLength = 11;
    private static readonly string Pluses = new('+', 44);

    /// <param name="status">The job's; <c>job_status</c> is 0 when it is FINISHED and 1 otherwise.</param>
    /// <param name="now">Stamps the head.</param>
    public void WriteHead(string status, DateTimeOffset now)
    {
        var stamp = Stamp(now);
        writer.WriteLine(stamp + Pluses);
        writer.WriteLine($"{stamp}job_status = {(status == "FINISHED" ? 0 : 1)}");
        writer.WriteLine(stamp + Pluses);
    }

    public void Write(LogLine line)
    {
        var text = onTerminal ? Visible.Line(line.Text) : line.Text;
        writer.WriteLine(IsStamped(text) ? text : Stamp(line.Time) + text);
    }

    private string Stamp(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone).ToString("HH:mm:ss' - '", CultureInfo.InvariantCulture);

    /// <summary>True for <c>HH:MM:SS - </c> at the beginning.</summary>
    private static bool IsStamped(string text) =>
        text.Length >= StampLength
        && TimeOnly.TryParseExact(text.AsSpan(0, StampLength - 3), "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && text.AsSpan(StampLength - 3, 3).SequenceEqual(" - ");
}
