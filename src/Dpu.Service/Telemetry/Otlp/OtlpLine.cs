using System.Collections.Immutable;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>A line of the service's own log.</summary>
/// <param name="At">When.</param>
/// <param name="Severity">OpenTelemetry's number: 5 debug, 9 information, 13 warning, 17 error, 21 fatal.</param>
/// <param name="Level">In a word.</param>
/// <param name="Text">What it says.</param>
/// <param name="Attributes">What it is about: <c>dpu.job</c>, <c>dpu.task</c>, <c>dpu.attempt</c>, <c>dpu.node</c> and others.</param>
internal sealed record OtlpLine(DateTimeOffset At, int Severity, string Level, string Text, ImmutableArray<(string Name, object Value)> Attributes);
