using System.Text;
using Dpu.Client.Contracts;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Service.Http;

/// <summary>Makes lines of chunks: a chunk holds several lines, or a part of one.</summary>
internal sealed class LineAssembler
{
    private readonly Dictionary<(AttemptId Attempt, OutputStream Stream), (LogChunk First, List<byte> Bytes)> _open = [];

    /// <summary>Whether no line waits for its end.</summary>
    public bool IsEmpty => _open.Count == 0;

    public IEnumerable<LogLine> Add(LogChunk chunk)
    {
        var key = (chunk.Attempt, chunk.Stream);
        var rest = chunk.Bytes;
        for (var end = rest.Span.IndexOf((byte)'\n'); end >= 0; end = rest.Span.IndexOf((byte)'\n'))
        {
            yield return LineOf(Take(key, chunk), rest[..end]);
            rest = rest[(end + 1)..];
        }

        if (!rest.IsEmpty)
        {
            var (first, bytes) = _open.GetValueOrDefault(key, (chunk, []));
            bytes.AddRange(rest.Span);
            _open[key] = (first, bytes);
        }
    }

    /// <summary>Last lines without a newline.</summary>
    public IEnumerable<LogLine> Rest() => _open.Values.Select(open => LineOf(open, default));

    private (LogChunk First, List<byte> Bytes) Take((AttemptId, OutputStream) key, LogChunk chunk) =>
        _open.Remove(key, out var open) ? open : (chunk, []);

    private static LogLine LineOf((LogChunk First, List<byte> Bytes) open, ReadOnlyMemory<byte> end)
    {
        var text = open.Bytes.Count == 0 ? Encoding.UTF8.GetString(end.Span) : Encoding.UTF8.GetString([.. open.Bytes, .. end.Span]);
        var chunk = open.First;
        return new LogLine(
            chunk.At,
            chunk.Attempt.Job.Value,
            chunk.Attempt.Task,
            chunk.Attempt.Number,
            chunk.Stream == OutputStream.Out ? "out" : "err",
            chunk.Source,
            text.TrimEnd('\r'));
    }
}
