using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Notifications;

internal static partial class NotifierLog
{
    [LoggerMessage(1401, LogLevel.Warning, "Jobs that ended cannot be read to tell people of them; trying again.")]
    public static partial void LookFailed(ILogger logger, Exception reason);

    [LoggerMessage(1402, LogLevel.Information, "{User} was told by {Way} that job {Job} has ended.")]
    public static partial void Delivered(ILogger logger, string user, string way, int job);

    [LoggerMessage(1403, LogLevel.Warning, "{User} could not be told by {Way} that job {Job} has ended, and is tried again at {NextAt}: {Reason}")]
    public static partial void Failed(ILogger logger, string user, string way, int job, DateTimeOffset nextAt, string reason);

    [LoggerMessage(1404, LogLevel.Error, "{User} is not told by {Way} that job {Job} has ended: {Reason}")]
    public static partial void GivenUp(ILogger logger, string user, string way, int job, string reason);
}
