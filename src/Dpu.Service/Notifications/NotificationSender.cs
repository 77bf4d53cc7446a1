using System.Globalization;
using Dpu.Actors.Notifications;
using Dpu.Client.Contracts;
using Dpu.Domain.Notifications;
using Dpu.Service.Http;

namespace Dpu.Service.Notifications;

/// <summary>Sends by whatever way somebody has.</summary>
internal sealed class NotificationSender(string dpu, NotifyOptions options, WebhookKeys keys, TimeProvider time) : INotificationSender, IDisposable
{
    private const string JobEnded = "job.ended";
    private const string Test = "test";

    private readonly WebhookSender _webhooks = new(options, keys, time);
    private readonly Mailer? _mailer = options.Smtp is { } smtp ? new Mailer(smtp, options.Timeout) : null;

    public void Dispose() => _webhooks.Dispose();

    public Task SendAsync(PendingNotification notification, NotifySettings settings, CancellationToken cancellationToken) =>
        SendAsync(notification.Id, JobEnded, notification.Way, notification.Job, settings, cancellationToken);

    /// <summary>Something to see whether it arrives.</summary>
    public Task TestAsync(NotifyWay way, EndedJob sample, NotifySettings settings, CancellationToken cancellationToken) =>
        SendAsync($"test-{Guid.NewGuid():N}", Test, way, sample, settings, cancellationToken);

    private Task SendAsync(string id, string type, NotifyWay way, EndedJob job, NotifySettings settings, CancellationToken cancellationToken) => way switch
    {
        NotifyWay.Mail when _mailer is null => throw new NotificationException("this DPU sends no mails: its operator has named no mail server (dpu.notify.smtp.host)", isFinal: true),
        NotifyWay.Mail when MailRules.WhyNot(settings.Mail!, options) is { } not => throw new NotificationException(not, isFinal: true),
        NotifyWay.Mail => _mailer.SendAsync(Mail(id, type, settings.Mail!, job), cancellationToken),
        NotifyWay.Webhook => _webhooks.SendAsync(id, Notice(type, job), job.User, settings.Webhook!, cancellationToken),
        _ => throw new InvalidOperationException($"Nobody is told by {way}."),
    };

    private MailMessage Mail(string id, string type, string to, EndedJob job)
    {
        var page = options.Page is { } root && type == JobEnded ? new Uri(root, string.Create(CultureInfo.InvariantCulture, $"/jobs/{job.Job}")) : null;
        var (subject, body) = type == Test
            ? ($"[{dpu}] A test", $"Mails of the DPU {dpu} arrive here.\n")
            : (NotificationText.Subject(dpu, job), NotificationText.Body(dpu, job, page));
        return new MailMessage(options.Smtp!.From, to, subject, body, id, time.GetUtcNow());
    }

    private WebhookNotice Notice(string type, EndedJob job) => new(
        type,
        job.EndedAt,
        new WebhookData(dpu, job.Job.Value, job.Sequence, job.User, NotificationText.StatusOf(job.Status), ApiMapping.Counts(job.Counts), job.SubmittedAt, job.StartedAt, job.EndedAt));
}
