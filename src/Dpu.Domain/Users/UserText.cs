using System.Globalization;

namespace Dpu.Domain.Users;

/// <summary>Words about users and tokens that several sentences need.</summary>
public static class UserText
{
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>As in <c>--privileges</c>.</summary>
    public static string TextOf(Privileges privileges) => privileges switch
    {
        Privileges.MyDb => "mydb",
        Privileges.Project => "project",
        Privileges.Users => "users",
        Privileges.World => "world",
        _ => throw new ArgumentOutOfRangeException(nameof(privileges), privileges, "unknown privileges"),
    };

    /// <summary>The privileges that <see cref="TextOf"/> writes so; null for anything else.</summary>
    public static Privileges? PrivilegesOf(string? text) => Enum.GetValues<Privileges>().Cast<Privileges?>().FirstOrDefault(privileges => TextOf(privileges!.Value) == text);
}
