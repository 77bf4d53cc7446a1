namespace Dpu.Service.Telemetry;

/// <summary>Section <c>dpu.telemetry</c>.</summary>
/// <param name="Collector">Where an OpenTelemetry collector takes OTLP over HTTP.</param>
/// <param name="HeadersFile">Lines <c>Name: value</c> that go along with each request; read each time. Null for none.</param>
/// <param name="Interval">How often figures are sent.</param>
/// <param name="Traces">Whether jobs are traced.</param>
/// <param name="Metrics">Whether figures are sent.</param>
/// <param name="Logs">Whether the service's own log is sent.</param>
public sealed record TelemetryOptions(Uri Collector, string? HeadersFile, TimeSpan Interval, bool Traces, bool Metrics, bool Logs);
