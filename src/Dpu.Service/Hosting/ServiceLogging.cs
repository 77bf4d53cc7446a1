using System.Globalization;
using Dpu.Service.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Dpu.Service.Hosting;

/// <summary>The service's own log: everything of the configured level to files under the data directory, warnings also to stderr.</summary>
internal static class ServiceLogging
{
    private const string Template = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";
    private const string ConsoleTemplate = "{Level:u3} {Message:lj}{Cause:l}{NewLine}";

    public static SerilogLoggerFactory Create(DpuOptions options, ILogEventSink? export = null)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(options.Service.LogLevel))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // A start that fails is told once, by whoever asked for it, in words that say what to do.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .Enrich.With(new CauseEnricher())
            .WriteTo.File(
                Path.Combine(options.DataDirectory, "service.log"),
                outputTemplate: Template,
                formatProvider: CultureInfo.InvariantCulture,
                fileSizeLimitBytes: options.Service.LogFileMaxBytes,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: options.Service.LogFilesKept)
            .WriteTo.Console(
                LogEventLevel.Warning,
                ConsoleTemplate,
                CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose);
        var logger = (export is null ? configuration : configuration.WriteTo.Sink(export)).CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }
}
