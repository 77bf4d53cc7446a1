using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Scaling;

internal static partial class ScalingLog
{
    [LoggerMessage(1401, LogLevel.Information, "Pilots: {Nodes} are wanted via {Via}, says {By}.")]
    public static partial void TargetSet(ILogger logger, string nodes, string via, string by);

    [LoggerMessage(1402, LogLevel.Information, "Pilot {Pilot} is job {BatchId} in {Via}.")]
    public static partial void Submitted(ILogger logger, string pilot, string batchId, string via);

    [LoggerMessage(1403, LogLevel.Warning, "Pilots: {Failure}.")]
    public static partial void Failed(ILogger logger, string failure);

    [LoggerMessage(1404, LogLevel.Information, "Pilot {Pilot} has ended.")]
    public static partial void Ended(ILogger logger, string pilot);

    [LoggerMessage(1405, LogLevel.Information, "Pilot {Pilot} is sent away.")]
    public static partial void SentAway(ILogger logger, string pilot);

    [LoggerMessage(1406, LogLevel.Warning, "Pilots: {Trouble}.")]
    public static partial void Trouble(ILogger logger, string trouble);

    [LoggerMessage(1407, LogLevel.Warning, "Pilots: {What} did not succeed; it is tried again.")]
    public static partial void AskFailed(ILogger logger, string what, Exception reason);
}
