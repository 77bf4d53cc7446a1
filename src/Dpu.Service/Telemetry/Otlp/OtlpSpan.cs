using System.Collections.Immutable;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>Something that took a time, as OpenTelemetry tells it.</summary>
/// <param name="TraceId">The trace.</param>
/// <param name="SpanId">Of this.</param>
/// <param name="ParentSpanId">Of what it is a part of; null for nothing.</param>
/// <param name="Name">What it is.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Attributes">More about it: texts and whole numbers.</param>
/// <param name="Failure">Why it failed; null when it did not.</param>
internal sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Name,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    ImmutableArray<(string Name, object Value)> Attributes,
    string? Failure = null);
