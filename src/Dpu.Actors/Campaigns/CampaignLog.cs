using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Campaigns;

internal static partial class CampaignLog
{
    [LoggerMessage(1101, LogLevel.Information, "Campaign {Campaign}: submitted {Unit}, attempt {Attempt}, as job {Job}.")]
    public static partial void Submitted(ILogger logger, string campaign, string unit, int attempt, int job);

    [LoggerMessage(1102, LogLevel.Warning, "Campaign {Campaign}: {Unit}, attempt {Attempt}, was refused and is tried again: {Reason}")]
    public static partial void Refused(ILogger logger, string campaign, string unit, int attempt, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "Campaign {Campaign}: {Unit} was not answered and is tried again.")]
    public static partial void Unanswered(ILogger logger, string campaign, string unit, Exception reason);

    [LoggerMessage(1104, LogLevel.Warning, "What campaigns owe cannot be looked up; trying again.")]
    public static partial void LookFailed(ILogger logger, Exception reason);
}
