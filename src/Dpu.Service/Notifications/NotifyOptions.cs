using System.Collections.Immutable;

namespace Dpu.Service.Notifications;

/// <summary>Section <c>dpu.notify</c>.</summary>
/// <param name="WebhookOrigins">Where webhooks may go; empty for nowhere.</param>
/// <param name="Smtp">How mails are sent; null for not at all.</param>
/// <param name="Page">Where people find the DPU's pages; null when nobody says.</param>
/// <param name="Timeout">How long one try may take.</param>
public sealed record NotifyOptions(ImmutableArray<string> WebhookOrigins, SmtpOptions? Smtp, Uri? Page, TimeSpan Timeout);

/// <summary>How a connection to a mail server is made safe.</summary>
public enum SmtpSecurity
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>After it was opened, or not used.</summary>
    StartTls,

    /// <summary>From its beginning.</summary>
    Tls,
}

/// <summary>Section <c>dpu.notify.smtp</c>.</summary>
/// <param name="Host">The server.</param>
/// <param name="Port">Its port.</param>
/// <param name="Security">How the connection is made safe.</param>
/// <param name="From">Who the mails are from.</param>
/// <param name="User">Who logs in; null for nobody.</param>
/// <param name="PasswordFile">Where his password stands; read for each mail, so that it can be changed. Null for none.</param>
/// <param name="Domains">To which hosts mails may go; empty for all.</param>
public sealed record SmtpOptions(string Host, int Port, SmtpSecurity Security, string From, string? User, string? PasswordFile, ImmutableArray<string> Domains);
