using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>Spans, figures and lines of a log as OTLP has them in JSON.</summary>
/// <param name="service">Who tells them: name and value.</param>
internal sealed class OtlpJson(ImmutableArray<(string Name, object Value)> service)
{
    private const string Scope = "dpu";
    private const int Cumulative = 2;
    private const int Internal = 1;
    private const int Failed = 2;

    public ReadOnlyMemory<byte> Spans(IReadOnlyCollection<OtlpSpan> spans) => Whole("resourceSpans", "scopeSpans", "spans", json =>
    {
        foreach (var span in spans)
        {
            json.WriteStartObject();
            json.WriteString("traceId", span.TraceId);
            json.WriteString("spanId", span.SpanId);
            json.WriteString("parentSpanId", span.ParentSpanId ?? "");
            json.WriteString("name", span.Name);
            json.WriteNumber("kind", Internal);
            json.WriteString("startTimeUnixNano", Nanoseconds(span.StartedAt));
            json.WriteString("endTimeUnixNano", Nanoseconds(span.EndedAt < span.StartedAt ? span.StartedAt : span.EndedAt));
            Attributes(json, span.Attributes);
            if (span.Failure is { } failure)
            {
                json.WriteStartObject("status");
                json.WriteNumber("code", Failed);
                json.WriteString("message", failure);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    });

    public ReadOnlyMemory<byte> Metrics(IEnumerable<MetricFamily> families, DateTimeOffset since, DateTimeOffset now) => Whole("resourceMetrics", "scopeMetrics", "metrics", json =>
    {
        foreach (var family in families)
        {
            json.WriteStartObject();
            json.WriteString("name", family.Metric.Name);
            json.WriteString("description", family.Metric.Help);
            json.WriteStartObject(family.Metric.Kind switch { MetricKind.Gauge => "gauge", MetricKind.Counter => "sum", _ => "histogram" });
            if (family.Metric.Kind != MetricKind.Gauge)
            {
                json.WriteNumber("aggregationTemporality", Cumulative);
            }

            if (family.Metric.Kind == MetricKind.Counter)
            {
                json.WriteBoolean("isMonotonic", true);
            }

            json.WriteStartArray("dataPoints");
            Points(json, family, since, now);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
    });

    public ReadOnlyMemory<byte> Logs(IReadOnlyCollection<OtlpLine> lines) => Whole("resourceLogs", "scopeLogs", "logRecords", json =>
    {
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("timeUnixNano", Nanoseconds(line.At));
            json.WriteNumber("severityNumber", line.Severity);
            json.WriteString("severityText", line.Level);
            json.WriteStartObject("body");
            json.WriteString("stringValue", line.Text);
            json.WriteEndObject();
            Attributes(json, line.Attributes);
            json.WriteEndObject();
        }
    });

    private static void Points(Utf8JsonWriter json, MetricFamily family, DateTimeOffset since, DateTimeOffset now)
    {
        if (family.Metric.Kind == MetricKind.Histogram)
        {
            Histogram(json, family, since, now);
            return;
        }

        foreach (var sample in family.Samples)
        {
            Point(json, since, now);
            Attributes(json, [.. sample.Labels.Select(static label => (label.Name, (object)label.Value))]);
            json.WriteNumber("asDouble", sample.Value);
            json.WriteEndObject();
        }
    }

    /// <summary>Buckets that do not count those of the smaller ones, and no bound for the last one.</summary>
    private static void Histogram(Utf8JsonWriter json, MetricFamily family, DateTimeOffset since, DateTimeOffset now)
    {
        var buckets = family.Samples.Where(static sample => sample.Suffix == "_bucket").ToList();
        Point(json, since, now);
        json.WriteString("count", Whole(family.Samples.Single(static sample => sample.Suffix == "_count").Value));
        json.WriteNumber("sum", family.Samples.Single(static sample => sample.Suffix == "_sum").Value);
        json.WriteStartArray("bucketCounts");
        for (var index = 0; index < buckets.Count; index++)
        {
            json.WriteStringValue(Whole(buckets[index].Value - (index == 0 ? 0 : buckets[index - 1].Value)));
        }

        json.WriteEndArray();
        json.WriteStartArray("explicitBounds");
        foreach (var bucket in buckets.SkipLast(1))
        {
            json.WriteNumberValue(double.Parse(bucket.Labels[0].Value, CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Point(Utf8JsonWriter json, DateTimeOffset since, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("startTimeUnixNano", Nanoseconds(since));
        json.WriteString("timeUnixNano", Nanoseconds(now));
    }

    private ReadOnlyMemory<byte> Whole(string resources, string scopes, string things, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray(resources);
            json.WriteStartObject();
            json.WriteStartObject("resource");
            Attributes(json, service);
            json.WriteEndObject();
            json.WriteStartArray(scopes);
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", Scope);
            json.WriteEndObject();
            json.WriteStartArray(things);
            write(json);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Attributes(Utf8JsonWriter json, ImmutableArray<(string Name, object Value)> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (var (name, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", name);
            json.WriteStartObject("value");
            switch (value)
            {
                case long number:
                    json.WriteString("intValue", number.ToString(CultureInfo.InvariantCulture));
                    break;
                case double number:
                    json.WriteNumber("doubleValue", number);
                    break;
                default:
                    json.WriteString("stringValue", value.ToString());
                    break;
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Nanoseconds(DateTimeOffset at) => ((at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture);

    private static string Whole(double count) => ((long)count).ToString(CultureInfo.InvariantCulture);
}
