using System.Runtime.InteropServices;

namespace Dpu.Service.Nodes.Apart;

/// <summary>Whose files are. For root only.</summary>
internal static partial class Ownership
{
    private const uint Root = 0;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Whether this process may give files away.</summary>
    public static bool IsRoot { get; } = EffectiveUser() == Root;

    /// <summary>Gives a folder that nobody else could enter so far to a user, the folder itself last: while we are inside, he is not.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static void Give(string folder, uint user)
    {
        Change(folder, user);
        Set(folder, user, user);
    }

    /// <summary>Takes it back, the folder itself first: what its user left behind there cannot be changed under our hands.</summary>
    /// <inheritdoc cref="Give"/>
    public static void TakeBack(string folder)
    {
        Set(folder, Root, Root);
        File.SetUnixFileMode(folder, OwnerOnly);
        Change(folder, Root);
    }

    /// <summary>Lets the members of a user's group in, and only them; it stays ours.</summary>
    /// <inheritdoc cref="Give"/>
    public static void ShowTo(string path, uint user, UnixFileMode mode)
    {
        Set(path, Root, user);
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>Links are changed themselves and never followed.</summary>
    private static void Change(string folder, uint user)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                Change(inner.FullName, user);
            }

            Set(entry.FullName, user, user);
        }
    }

    private static void Set(string path, uint user, uint group)
    {
        if (ChangeOwner(path, user, group) != 0)
        {
            throw new IOException($"'{path}' cannot be given to user {user}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
