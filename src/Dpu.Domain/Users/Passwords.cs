using System.Globalization;
using System.Text;

namespace Dpu.Domain.Users;

/// <summary>
/// Which passwords are taken: long ones, of any characters (NIST SP 800-63B, 5.1.1.2: length counts, rules of composition do not help). They are compared as the characters that were typed;
/// what looks the same and is composed differently is another password.
/// </summary>
public static class Passwords
{
    public const int LengthMin = 10;
    public const int BytesMax = 1024;

    /// <summary>What is wrong with a new password, as a sentence; null when nothing is.</summary>
    public static string? FlawOf(string? password, string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return password switch
        {
            null or "" => "There is no password.",
            _ when !IsText(password) => "The password is no text.",
            _ when Encoding.UTF8.GetByteCount(password) > BytesMax => $"The password has more than {BytesMax} bytes.",
            _ when password.Any(char.IsControl) => "The password has a line break or another control character.",
            _ when new StringInfo(password).LengthInTextElements < LengthMin => $"The password is too short: it needs {LengthMin} characters, of any kind; several words are easy to remember.",
            _ when password.Distinct().Count() < 3 => "The password repeats one or two characters only.",
            _ when password.Contains(user, StringComparison.OrdinalIgnoreCase) && password.Length < user.Length + LengthMin => "The password is little more than the user's name.",
            _ => null,
        };
    }

    /// <summary>Whether it can be one at all: what cannot is not worth the time that a hash takes.</summary>
    public static bool IsPossible(string? password) => !string.IsNullOrEmpty(password) && IsText(password) && Encoding.UTF8.GetByteCount(password) <= BytesMax;

    /// <summary>A half of a character would be replaced when it is written down, and one password would stand for many.</summary>
    private static bool IsText(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[++at])))
            {
                return false;
            }
        }

        return true;
    }
}
