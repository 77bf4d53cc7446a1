using System.Collections.Immutable;

namespace Dpu.Domain.Notifications;

/// <summary>
/// Where webhooks may go. The DPU can reach much that users cannot; so an operator names the places one by one, and a user's address is within one of them or it is none.
/// </summary>
public static class WebhookRules
{
    private const int LengthMax = 2000;

    /// <summary>What is wrong with a place that an operator names (<c>https://hooks.example.org</c>, <c>https://chat.example.org:8443</c>); null when nothing is.</summary>
    public static string? FlawOfOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.UserInfo.Length == 0 && url.AbsolutePath == "/" && url.Query.Length == 0 && url.Fragment.Length == 0 && url.Host.Length > 0
            ? null
            : "is no scheme, host and port, such as https://hooks.example.org";

    /// <summary>Why a webhook may not be there, as a sentence; null when it may.</summary>
    /// <param name="text">What somebody gave as its address.</param>
    /// <param name="origins">Where webhooks may go.</param>
    public static string? WhyNot(string text, ImmutableArray<string> origins)
    {
        ArgumentNullException.ThrowIfNull(text);
        return origins.IsEmpty ? "This DPU sends to no webhooks: its operator has named no place for them (dpu.notify.webhook.origins)."
            : text.Length > LengthMax || text.Any(char.IsControl) || !Uri.TryCreate(text, UriKind.Absolute, out var url) ? "The webhook is no address: write one such as https://hooks.example.org/path."
            : url.UserInfo.Length > 0 ? "A name and a password have no place in a webhook's address: requests are signed."
            : !origins.Any(origin => IsWithin(url, new Uri(origin))) ? $"Webhooks may go to {string.Join(", ", origins)} only: the operator of this DPU names the places."
            : null;
    }

    private static bool IsWithin(Uri url, Uri origin) =>
        url.Scheme == origin.Scheme && url.Port == origin.Port && string.Equals(url.IdnHost, origin.IdnHost, StringComparison.OrdinalIgnoreCase);
}
