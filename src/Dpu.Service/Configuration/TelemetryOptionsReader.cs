using Dpu.Hocon;
using Dpu.Service.Telemetry;

namespace Dpu.Service.Configuration;

/// <summary>Reads section <c>dpu.telemetry</c>.</summary>
internal static class TelemetryOptionsReader
{
    /// <summary>Null when nothing is sent anywhere.</summary>
    public static TelemetryOptions? Read(HoconReader telemetry)
    {
        var (address, file, interval) = (telemetry.GetString("otlp"), telemetry.GetString("headers-file"), telemetry.GetDuration("interval"));
        var (traces, metrics, logs) = (telemetry.GetBoolean("traces"), telemetry.GetBoolean("metrics"), telemetry.GetBoolean("logs"));
        return address.Length == 0 ? null
            : !Uri.TryCreate(address, UriKind.Absolute, out var collector) || collector.Scheme is not ("http" or "https") ? throw telemetry.Error("otlp", $"is '{address}'; expected an address, for example dpu.telemetry.otlp = \"http://127.0.0.1:4318\"")
            : file.Length > 0 && file[0] != '/' ? throw telemetry.Error("headers-file", $"is '{file}'; expected an absolute path")
            : interval < TimeSpan.FromSeconds(1) || interval > TimeSpan.FromHours(1) ? throw telemetry.Error("interval", $"is {interval.TotalSeconds} s; expected 1 s to 1 hour")
            : new TelemetryOptions(new Uri(address.TrimEnd('/') + "/"), file.Length == 0 ? null : file, interval, traces, metrics, logs);
    }
}
