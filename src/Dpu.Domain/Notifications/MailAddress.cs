namespace Dpu.Domain.Notifications;

/// <summary>
/// Addresses of mail that are accepted: plain ones. What quoting would allow (spaces, newlines, commas) is in nobody's address and in many an attack on headers and protocols.
/// </summary>
public static class MailAddress
{
    private const int LengthMax = 254;
    private const int LocalLengthMax = 64;
    private const int LabelLengthMax = 63;
    private const string LocalMarks = "!#$%&'*+/=?^_`{|}~-.";

    /// <summary>What is wrong with an address, to be put behind <em>'…'</em>; null when nothing is.</summary>
    public static string? FlawOf(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Length > LengthMax ? $"is longer than {LengthMax} characters"
            : address.Split('@') is not [var local, var domain] ? "has not exactly one @"
            : !IsLocal(local) ? "has a part before the @ that is no plain one: letters, digits and single dots"
            : !IsDomain(domain) ? "has no name of a host behind the @"
            : null;
    }

    /// <summary>The part behind the @, in lower case.</summary>
    public static string DomainOf(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
    }

    private static bool IsLocal(string local) =>
        local.Length is > 0 and <= LocalLengthMax
        && local.All(static c => char.IsAsciiLetterOrDigit(c) || LocalMarks.Contains(c, StringComparison.Ordinal))
        && local[0] is not ('.' or '-')
        && local[^1] != '.'
        && !local.Contains("..", StringComparison.Ordinal);

    private static bool IsDomain(string domain) => domain.Split('.').All(static label =>
        label.Length is > 0 and <= LabelLengthMax
        && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && label[0] != '-'
        && label[^1] != '-');
}
