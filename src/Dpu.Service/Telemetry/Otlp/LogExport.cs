using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>Lines of the service's own log on their way to a collector. Never in the way of whoever writes one: of too many the oldest are left out, and the files have them all.</summary>
internal sealed class LogExport : ILogEventSink
{
    private const int KeptMax = 4096;
    private const int AtOnceMax = 512;

    private readonly Channel<LogEvent> _lines = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(KeptMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    public void Emit(LogEvent logEvent) => _lines.Writer.TryWrite(logEvent);

    /// <summary>Completes when there is something to send.</summary>
    public async Task<IReadOnlyList<OtlpLine>> TakeAsync(CancellationToken cancellationToken)
    {
        await _lines.Reader.WaitToReadAsync(cancellationToken);
        var lines = new List<OtlpLine>();
        while (lines.Count < AtOnceMax && _lines.Reader.TryRead(out var line))
        {
            lines.Add(Of(line));
        }

        return lines;
    }

    internal static OtlpLine Of(LogEvent line) => new(
        line.Timestamp,
        SeverityOf(line.Level),
        line.Level.ToString(),
        line.RenderMessage(CultureInfo.InvariantCulture),
        [.. line.Properties.Select(static property => (NameOf(property.Key), ValueOf(property.Value))), .. Cause(line)]);

    /// <summary>Names that spans have, too, so that lines and spans of one attempt are found together.</summary>
    private static string NameOf(string property) => property switch
    {
        "Job" => "dpu.job",
        "Task" => "dpu.task",
        "Attempt" => "dpu.attempt",
        "Node" => "dpu.node",
        "User" => "enduser.id",
        "SourceContext" => "log.source",
        _ => "dpu." + property.ToLowerInvariant(),
    };

    private static object ValueOf(LogEventPropertyValue value) => value is ScalarValue { Value: int or long or short } number
        ? Convert.ToInt64(((ScalarValue)number).Value, CultureInfo.InvariantCulture)
        : value is ScalarValue { Value: { } scalar } ? Convert.ToString(scalar, CultureInfo.InvariantCulture) ?? "" : value.ToString(null, CultureInfo.InvariantCulture);

    private static ImmutableArray<(string, object)> Cause(LogEvent line) =>
        line.Exception is { } error ? [("exception.type", error.GetType().FullName ?? ""), ("exception.message", error.Message)] : [];

    private static int SeverityOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => 1,
        LogEventLevel.Debug => 5,
        LogEventLevel.Information => 9,
        LogEventLevel.Warning => 13,
        LogEventLevel.Error => 17,
        LogEventLevel.Fatal => 21,
        _ => throw new InvalidOperationException($"There is no level {level}."),
    };
}
