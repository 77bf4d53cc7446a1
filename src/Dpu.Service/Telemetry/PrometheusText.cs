using System.Globalization;
using System.Text;

namespace Dpu.Service.Telemetry;

/// <summary>Figures in Prometheus' text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var metric = family.Metric;
            text.Append("# HELP ").Append(metric.Name).Append(' ').Append(Escaped(metric.Help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(metric.Name).Append(' ').Append(KindOf(metric.Kind)).Append('\n');
            foreach (var sample in family.Samples)
            {
                Append(text, metric, sample);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Metric metric, Sample sample)
    {
        text.Append(metric.Name).Append(sample.Suffix);
        for (var index = 0; index < sample.Labels.Length; index++)
        {
            var (name, value) = sample.Labels[index];
            text.Append(index == 0 ? '{' : ',').Append(name).Append("=\"").Append(Escaped(value, quotes: true)).Append('"');
        }

        text.Append(sample.Labels.IsEmpty ? " " : "} ").Append(Number(sample.Value)).Append('\n');
    }

    private static string KindOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        MetricKind.Histogram => "histogram",
        _ => throw new InvalidOperationException($"There is no kind {kind} of metric."),
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escaped(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
