using System.ComponentModel;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Dpu.Actors.Notifications;

namespace Dpu.Service.Notifications;

/// <summary>Hands mails to a mail server.</summary>
/// <param name="smtp">Which, and how.</param>
/// <param name="timeout">How long one may take.</param>
/// <param name="trust">What certificates are believed; null for the system's.</param>
internal sealed class Mailer(SmtpOptions smtp, TimeSpan timeout, RemoteCertificateValidationCallback? trust = null)
{
    private const int Greeting = 220;
    private const int Done = 250;
    private const int LoggedIn = 235;
    private const int GoOn = 354;

    /// <exception cref="NotificationException">It was not taken.</exception>
    public async Task SendAsync(MailMessage mail, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(timeout);
        try
        {
            await using var server = await SmtpConnection.OpenAsync(smtp.Host, smtp.Port, bound.Token);
            await GreetAsync(server, bound.Token);
            await LogInAsync(server, bound.Token);
            await HandOverAsync(server, mail, bound.Token);
        }
        catch (Exception error) when (error is IOException or SocketException or AuthenticationException or UnauthorizedAccessException or Win32Exception)
        {
            throw new NotificationException($"the mail server {smtp.Host} could not be used: {error.Message}", isFinal: false, error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotificationException($"the mail server {smtp.Host} did not take it in {timeout.TotalSeconds} s", isFinal: false, error);
        }
    }

    private async Task GreetAsync(SmtpConnection server, CancellationToken cancellationToken)
    {
        if (smtp.Security == SmtpSecurity.Tls)
        {
            await server.ProtectAsync(smtp.Host, trust, cancellationToken);
        }

        await server.AskAsync(null, Greeting, isAboutMail: false, cancellationToken);
        var offers = await HelloAsync(server, cancellationToken);
        if (smtp.Security != SmtpSecurity.StartTls)
        {
            return;
        }

        // Whoever leaves the offer out on the way wants to read along.
        if (!offers.Any(static offer => offer.Equals("STARTTLS", StringComparison.OrdinalIgnoreCase)))
        {
            throw new IOException("it does not offer TLS (dpu.notify.smtp.security = none sends in plain text)");
        }

        await server.AskAsync("STARTTLS", Greeting, isAboutMail: false, cancellationToken);
        await server.ProtectAsync(smtp.Host, trust, cancellationToken);
        await HelloAsync(server, cancellationToken);
    }

    private static Task<IReadOnlyList<string>> HelloAsync(SmtpConnection server, CancellationToken cancellationToken)
    {
        var name = Environment.MachineName is { Length: > 0 } host && Uri.CheckHostName(host) == UriHostNameType.Dns ? host : "[127.0.0.1]";
        return server.AskAsync($"EHLO {name}", Done, isAboutMail: false, cancellationToken);
    }

    private async Task LogInAsync(SmtpConnection server, CancellationToken cancellationToken)
    {
        if (smtp is { User: { } user, PasswordFile: { } file })
        {
            var password = (await File.ReadAllTextAsync(file, cancellationToken)).TrimEnd('\r', '\n');
            var shown = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
            await server.AskAsync($"AUTH PLAIN {shown}", LoggedIn, isAboutMail: false, cancellationToken);
        }
    }

    private static async Task HandOverAsync(SmtpConnection server, MailMessage mail, CancellationToken cancellationToken)
    {
        await server.AskAsync($"MAIL FROM:<{mail.From}>", Done, isAboutMail: false, cancellationToken);
        await server.AskAsync($"RCPT TO:<{mail.To}>", Done, isAboutMail: true, cancellationToken);
        await server.AskAsync("DATA", GoOn, isAboutMail: true, cancellationToken);
        foreach (var line in mail.Lines())
        {
            await server.WriteAsync((line.StartsWith('.') ? "." + line : line) + "\r\n", cancellationToken);
        }

        await server.AskAsync(".", Done, isAboutMail: true, cancellationToken);

        // It has the mail: that it does not say goodbye must not send it twice.
        await server.WriteAsync("QUIT\r\n", cancellationToken);
    }
}
