using Microsoft.Extensions.Logging;

namespace Dpu.Service.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(5001, LogLevel.Information, "DPU {Name} {Version} serves {Address}; data in {Data}; node {Node} with {Cpus} cpus and {MemoryBytes} bytes.")]
    public static partial void Serving(ILogger logger, string name, string version, Uri address, string data, string node, int cpus, long memoryBytes);

    [LoggerMessage(5002, LogLevel.Warning, "{Reason}")]
    public static partial void RecipeUnavailable(ILogger logger, string reason);

    [LoggerMessage(5003, LogLevel.Error, "A request failed.")]
    public static partial void RequestFailed(ILogger logger, Exception error);

    [LoggerMessage(5004, LogLevel.Information, "Stopping: {Running} attempts run; waiting for up to {Seconds} s.")]
    public static partial void Stopping(ILogger logger, long running, double seconds);

    [LoggerMessage(5005, LogLevel.Information, "Stopped; {Running} attempts run on and are adopted at the next start.")]
    public static partial void Stopped(ILogger logger, long running);

    [LoggerMessage(5006, LogLevel.Warning, "Keeper: {Message}")]
    public static partial void Keeper(ILogger logger, string message);

    [LoggerMessage(5007, LogLevel.Critical, "The actor system failed; the service ends, recipes run on.")]
    public static partial void SystemFailed(ILogger logger, Exception error);

    [LoggerMessage(5008, LogLevel.Warning, "Refused {Remote}: {Reason}")]
    public static partial void Refused(ILogger logger, System.Net.IPAddress? remote, string reason);

    [LoggerMessage(5009, LogLevel.Warning, "{Count} refusals before this one were not logged.")]
    public static partial void RefusalsUnlogged(ILogger logger, long count);

    [LoggerMessage(5012, LogLevel.Information, "Callers on other hosts use {Address}, over TLS; who answers for it: {Authority}.")]
    public static partial void ServingTls(ILogger logger, Uri address, string authority);

    [LoggerMessage(5010, LogLevel.Information, "Node {Name} {Version} starts; data in {Data}; {Cpus} cpus and {MemoryBytes} bytes.")]
    public static partial void NodeStarted(ILogger logger, string name, string version, string data, int cpus, long memoryBytes);

    [LoggerMessage(5011, LogLevel.Information, "The node stops: {What}.")]
    public static partial void NodeStopped(ILogger logger, string what);

    [LoggerMessage(5012, LogLevel.Information, "The link of node {Node} ended: {Reason}.")]
    public static partial void LinkEnded(ILogger logger, string node, string reason);

    [LoggerMessage(5020, LogLevel.Information, "The configuration was read again; keys that differ: {Changes}.")]
    public static partial void Reloaded(ILogger logger, int changes);

    [LoggerMessage(5021, LogLevel.Information, "Configuration: {Change}")]
    public static partial void ConfigurationChanged(ILogger logger, string change);

    [LoggerMessage(5022, LogLevel.Error, "The configuration was read again and is wrong; nothing was changed. {Reason}")]
    public static partial void NotReloaded(ILogger logger, string reason);

    [LoggerMessage(5030, LogLevel.Warning, "The work directory {Directory} of a settled attempt cannot be removed.")]
    public static partial void LeavingsStay(ILogger logger, string directory, Exception error);

    [LoggerMessage(5031, LogLevel.Warning, "Waiting for a frontend with {What}: {Reason}")]
    public static partial void StagingWaits(ILogger logger, string what, string reason);

    [LoggerMessage(5032, LogLevel.Warning, "What a node left in the store for attempt {Attempt} cannot be tidied up; nothing refers to it.")]
    public static partial void OutputsNotTidied(ILogger logger, Domain.Jobs.AttemptId attempt, Exception error);

    [LoggerMessage(5050, LogLevel.Warning, "Telemetry ({Kind}) cannot be sent to {Collector}: {Reason}. This is said once until it can be sent again.")]
    public static partial void NotExported(ILogger logger, string kind, Uri collector, string reason);

    [LoggerMessage(5051, LogLevel.Information, "Telemetry ({Kind}) is sent to {Collector} again.")]
    public static partial void ExportedAgain(ILogger logger, string kind, Uri collector);

    [LoggerMessage(5052, LogLevel.Warning, "What is to be traced cannot be read; trying again.")]
    public static partial void TracesWait(ILogger logger, Exception reason);

    [LoggerMessage(5040, LogLevel.Information, "The code {Sha256} is named by no job and no file, and was not used for long: it is removed.")]
    public static partial void CodeRemoved(ILogger logger, string sha256);

    [LoggerMessage(5041, LogLevel.Warning, "Code that nothing names cannot be tidied up; it takes up room.")]
    public static partial void CodeNotTidied(ILogger logger, Exception error);
}
