namespace Dpu.Domain.Users;

/// <summary>How privileges are written: in requests, on command lines, in answers.</summary>
public static class PrivilegeNames
{
    /// <summary>All, from the narrowest to the widest.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<Privileges>().Select(TextOf)];

    public static string TextOf(Privileges privileges) => privileges switch
    {
        Privileges.MyDb => "mydb",
        Privileges.Project => "project",
        Privileges.Users => "users",
        Privileges.World => "world",
        _ => throw new ArgumentOutOfRangeException(nameof(privileges), privileges, "unknown privileges"),
    };

    /// <summary>Those of this name, in whatever case; null for none.</summary>
    public static Privileges? Parse(string text) =>
        Enum.GetValues<Privileges>().Cast<Privileges?>().FirstOrDefault(known => TextOf(known!.Value).Equals(text, StringComparison.OrdinalIgnoreCase));
}
