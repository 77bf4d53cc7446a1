using Dpu.Domain.Notifications;

namespace Dpu.Service.Notifications;

/// <summary>To whom mails may go.</summary>
internal static class MailRules
{
    /// <summary>Why none may go to an address, as a sentence; null when they may.</summary>
    public static string? WhyNot(string address, NotifyOptions options) =>
        options.Smtp is not { } smtp ? "This DPU sends no mails: its operator has named no mail server (dpu.notify.smtp.host)."
        : MailAddress.FlawOf(address) is { } flaw ? $"'{address}' {flaw}: write an address such as jane@example.org."
        : smtp.Domains.Length > 0 && !smtp.Domains.Contains(MailAddress.DomainOf(address), StringComparer.Ordinal) ? $"Mails may go to addresses at {string.Join(", ", smtp.Domains)} only: the operator of this DPU names the hosts."
        : null;
}
