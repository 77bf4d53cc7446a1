using Dpu.Domain.Notifications;

namespace Dpu.Service.Notifications;

/// <summary>Words of the API.</summary>
internal static class NotifyNames
{
    public static string TextOf(NotifyWay way) => way switch
    {
        NotifyWay.Mail => "mail",
        NotifyWay.Webhook => "webhook",
        _ => throw new InvalidOperationException($"Nobody is told by {way}."),
    };

    public static string TextOf(NotifyWhen when) => when switch
    {
        NotifyWhen.Asked => "asked",
        NotifyWhen.Failed => "failed",
        NotifyWhen.Always => "always",
        _ => throw new InvalidOperationException($"Nobody is told {when}."),
    };

    public static NotifyWay? WayOf(string? text) => Enum.GetValues<NotifyWay>().Cast<NotifyWay?>().FirstOrDefault(way => TextOf(way!.Value) == text);

    public static NotifyWhen? WhenOf(string? text) => Enum.GetValues<NotifyWhen>().Cast<NotifyWhen?>().FirstOrDefault(when => TextOf(when!.Value) == text);
}
