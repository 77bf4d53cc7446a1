using Serilog.Core;
using Serilog.Events;

namespace Dpu.Service.Hosting;

/// <summary>What an exception says, without where it was thrown: what people at a console need of it.</summary>
internal sealed class CauseEnricher : ILogEventEnricher
{
    public const string Property = "Cause";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (logEvent.Exception is { } error)
        {
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty(Property, " " + error.Message));
        }
    }
}
