using System.Net;
using Dpu.Domain.Notifications;
using Dpu.Hocon;
using Dpu.Service.Notifications;

namespace Dpu.Service.Configuration;

/// <summary>Reads section <c>dpu.notify</c>.</summary>
internal static class NotifyOptionsReader
{
    private static readonly string[] Securities = ["none", "starttls", "tls"];

    public static NotifyOptions Read(HoconReader notify) => new(
        [.. Origins(notify)],
        Smtp(notify.GetObject("smtp")),
        Page(notify),
        notify.GetDuration("timeout") is var timeout && timeout >= TimeSpan.FromSeconds(1) && timeout <= TimeSpan.FromMinutes(5)
            ? timeout
            : throw notify.Error("timeout", "is out of range; expected 1 s to 5 minutes"));

    private static IReadOnlyList<string> Origins(HoconReader notify)
    {
        var origins = notify.GetStringList("webhook.origins");
        return origins.FirstOrDefault(origin => WebhookRules.FlawOfOrigin(origin) is not null) is { } wrong
            ? throw notify.Error("webhook.origins", $"holds '{wrong}', which {WebhookRules.FlawOfOrigin(wrong)}")
            : origins;
    }

    private static Uri? Page(HoconReader notify)
    {
        var text = notify.GetString("page");
        return text.Length == 0 ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" ? page
            : throw notify.Error("page", $"is '{text}'; expected an address, for example dpu.notify.page = \"https://dpu.example.org:8470\"");
    }

    private static SmtpOptions? Smtp(HoconReader smtp)
    {
        var (host, from, user, file) = (smtp.GetString("host"), smtp.GetString("from"), smtp.GetString("user"), smtp.GetString("password-file"));
        var (port, security) = (smtp.GetInt32("port", 1, 65535), Enum.Parse<SmtpSecurity>(smtp.GetOneOf("security", Securities), ignoreCase: true));
        var domains = smtp.GetStringList("domains");
        if (host.Length == 0)
        {
            return null;
        }

        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? throw smtp.Error("host", $"is '{host}'; expected the name of a host")
            : MailAddress.FlawOf(from) is { } flaw ? throw smtp.Error("from", $"is '{from}', which {flaw}; expected an address, for example dpu.notify.smtp.from = \"dpu@example.org\"")
            : (user.Length == 0) != (file.Length == 0) ? throw smtp.Error("password-file", "and user belong together: give both, or neither where the server asks for none")
            : file.Length > 0 && file[0] != '/' ? throw smtp.Error("password-file", $"is '{file}'; expected an absolute path")
            : user.Length > 0 && security == SmtpSecurity.None && !IsHere(host) ? throw smtp.Error("security", "is none, which would show the password to everybody on the way; expected starttls or tls")
            : new SmtpOptions(host, port, security, from, user.Length == 0 ? null : user, file.Length == 0 ? null : file, [.. domains.Select(domain => domain.ToLowerInvariant())]);
    }

    private static bool IsHere(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
