using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Frontend;

internal static partial class FrontendLog
{
    [LoggerMessage(1001, LogLevel.Information, "Brought {Count} unfinished jobs back; the last job so far is {Last}.")]
    public static partial void Recovered(ILogger logger, int count, int last);

    [LoggerMessage(1002, LogLevel.Warning, "The unfinished jobs cannot be read; trying again.")]
    public static partial void RecoveryFailed(ILogger logger, Exception reason);

    [LoggerMessage(1004, LogLevel.Warning, "What became of the jobs that job {Job} waits for cannot be read; trying again.")]
    public static partial void WaitedForUnknown(ILogger logger, int job, Exception reason);

    [LoggerMessage(1003, LogLevel.Warning, "A submission could not be planned.")]
    public static partial void PlanFailed(ILogger logger, Exception reason);
}
