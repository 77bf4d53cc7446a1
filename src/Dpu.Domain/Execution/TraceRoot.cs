using System.Security.Cryptography;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>
/// The trace that a job belongs to (W3C Trace Context): its submitter's, or one of its own. Everything below follows from it and from what a span is of, so nobody has to carry
/// or remember identifiers of spans, and one that is told twice is the same one.
/// </summary>
/// <param name="TraceId">32 lower-case hexadecimal digits.</param>
/// <param name="ParentSpanId">The submitter's span, 16 digits; null for none.</param>
public sealed record TraceRoot(string TraceId, string? ParentSpanId)
{
    private const int SpanIdBytes = 8;

    /// <summary>The span of a job as a whole.</summary>
    public string JobSpanId => SpanIdOf(TraceId, "job");

    /// <summary>What a caller's <c>traceparent</c> says; null when it says nothing that can be used, or that his own trace is not kept.</summary>
    public static TraceRoot? Parse(string? header) =>
        header?.Split('-') is ["00", { Length: 32 } trace, { Length: 16 } parent, { Length: 2 } flags]
        && IsHex(trace) && IsHex(parent) && IsHex(flags) && trace.Trim('0').Length > 0 && parent.Trim('0').Length > 0
        && (Convert.ToByte(flags, 16) & 1) == 1
            ? new TraceRoot(trace, parent)
            : null;

    /// <summary>The identifier of a span within a trace.</summary>
    public static string SpanIdOf(string traceId, string what)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{traceId} {what}"), hash);
        hash[0] |= 1;
        return Convert.ToHexStringLower(hash[..SpanIdBytes]);
    }

    /// <summary>The span of one attempt.</summary>
    public static string SpanIdOf(string traceId, AttemptId attempt) => SpanIdOf(traceId, attempt.ToString());

    /// <summary>What a recipe finds as <c>TRACEPARENT</c>: it goes on below its attempt.</summary>
    public static string HeaderOf(string traceId, AttemptId attempt) => $"00-{traceId}-{SpanIdOf(traceId, attempt)}-01";

    private static bool IsHex(string text) => text.All(static c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
