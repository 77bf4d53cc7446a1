namespace Dpu.Domain.Shipping;

/// <summary>
/// What looks like a secret. Names and shapes are all that can be judged, so more is taken for one than is: a setting that is missing is noticed, a password in a
/// journal is not.
/// </summary>
public static class SecretRules
{
    private const int LongRun = 32;
    private const int MixedRun = 20;
    private const int PrefixedMin = 16;

    private static readonly string[] Words =
    [
        "password", "passwd", "passphrase", "passwort", "passcode", "pwd", "secret", "token", "key", "credential", "cred", "auth", "private", "cookie", "session", "signature",
        "otp", "apikey", "bearer",
    ];

    private static readonly string[] WholeWords = ["pass", "pin", "pw", "psk", "salt"];

    private static readonly string[] TellingWholeWords = ["pass", "passwd", "pwd", "pw"];

    private static readonly string[] TellingWords = ["password", "passwd", "passphrase", "secret", "token", "credential", "privatekey", "apikey", "bearer"];

    private static readonly string[] Prefixes = ["ghp_", "gho_", "github_pat_", "glpat-", "AKIA", "ASIA", "xoxb-", "xoxp-", "sk-", "dpu-"];

    /// <summary>Whether something of this name is likely to be secret.</summary>
    public static bool IsSecretName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var letters = Letters(name);
        return Words.Any(word => letters.Contains(word, StringComparison.Ordinal))
            || HasWord(name, WholeWords);
    }

    /// <summary>Whether a text is likely to be, or to hold, a secret.</summary>
    public static bool IsSecretValue(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var letters = Letters(value);
        return TellingWords.Any(word => letters.Contains(word, StringComparison.Ordinal))
            || value.Contains("-----BEGIN", StringComparison.Ordinal)
            || HasWord(value, TellingWholeWords)
            || HasUserAndPassword(value)
            || value.Split([' ', '\t', '\n', '\r', '"', '\'', ',', ';', '='], StringSplitOptions.RemoveEmptyEntries)
                .Any(word => word.Length >= PrefixedMin && Prefixes.Any(prefix => word.StartsWith(prefix, StringComparison.Ordinal)))
            || HasRandomRun(value);
    }

    private static bool HasWord(string text, string[] words) =>
        text.Split([.. text.Where(c => !char.IsLetter(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries)
            .Any(part => words.Contains(part, StringComparer.OrdinalIgnoreCase));

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetter)).ToLowerInvariant();

    /// <summary><c>scheme://user:password@host</c>, and Oracle's <c>user/password@database</c>.</summary>
    private static bool HasUserAndPassword(string value)
    {
        for (var at = value.IndexOf('@', StringComparison.Ordinal); at > 0; at = value.IndexOf('@', at + 1))
        {
            var start = value.LastIndexOfAny([' ', '\t', '\n', '"', '\''], at) + 1;
            var before = value[start..at];
            if (before.Contains("://", StringComparison.Ordinal) || before.Contains('/', StringComparison.Ordinal) || before.Contains(':', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A run of letters and digits that nobody would type.</summary>
    private static bool HasRandomRun(string value)
    {
        var start = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && (char.IsAsciiLetterOrDigit(value[i]) || value[i] is '+' or '='))
            {
                continue;
            }

            if (IsRandom(value.AsSpan(start, i - start)))
            {
                return true;
            }

            start = i + 1;
        }

        return false;
    }

    private static bool IsRandom(ReadOnlySpan<char> run)
    {
        if (run.Length < MixedRun || !run.ContainsAnyInRange('0', '9'))
        {
            return false;
        }

        var (upper, lower) = (run.ContainsAnyInRange('A', 'Z'), run.ContainsAnyInRange('a', 'z'));
        return (upper && lower) || (run.Length >= LongRun && (upper || lower));
    }
}
