using Dpu.Actors.Notifications;
using Dpu.Kernel;

namespace Dpu.Service.Notifications;

/// <summary>Notifications, as endpoints use them.</summary>
/// <param name="Actor">Decides, keeps and sends.</param>
/// <param name="Board">What is committed.</param>
/// <param name="Sender">Sends tests.</param>
/// <param name="Keys">Secrets of webhooks.</param>
internal sealed record NotificationAccess(IActorRef<NotifierMessage> Actor, NotificationBoard Board, NotificationSender Sender, WebhookKeys Keys);
