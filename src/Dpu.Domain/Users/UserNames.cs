namespace Dpu.Domain.Users;

/// <summary>
/// What users and projects may be called. A user's name stands in addresses, file names, command lines and lines of logs, is typed by others, and must not look like another one's: so it
/// has letters and digits of ASCII, and <c>. _ @ -</c> as in accounts and addresses of mail. A project's is shown and compared only: any text of one line.
/// </summary>
public static class UserNames
{
    public const int LengthMax = 64;
    public const int ProjectLengthMax = 100;

    /// <summary>What is wrong with a user's name, as the end of a sentence; null when nothing is.</summary>
    public static string? FlawOf(string? name) => name switch
    {
        null or "" => "is missing",
        { Length: > LengthMax } => $"is longer than {LengthMax} characters",
        _ when !char.IsAsciiLetterOrDigit(name[0]) => "does not begin with a letter or digit",
        _ when !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-') => "has other characters than letters, digits and . _ @ -",
        _ => null,
    };

    /// <summary>What is wrong with a project's name; null when nothing is.</summary>
    public static string? FlawOfProject(string? name) => name switch
    {
        null or "" => "is empty",
        { Length: > ProjectLengthMax } => $"is longer than {ProjectLengthMax} characters",
        _ when name != name.Trim() => "begins or ends with a blank",
        _ when name.Any(char.IsControl) => "has a line break or another control character",
        _ => null,
    };

    /// <summary>Whether two names would be taken for one by people and by file systems.</summary>
    public static bool LookAlike(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
