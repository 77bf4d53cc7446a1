using System.Runtime.InteropServices;

namespace Dpu.Service.Nodes.Apart;

/// <summary>What a user that owns nothing and belongs to no group can reach.</summary>
internal static partial class ReachablePath
{
    /// <summary>Why he cannot read or run this file, or enter this folder; null when he can. Links are followed.</summary>
    public static string? FlawOf(string path)
    {
        for (var folder = Path.GetDirectoryName(path); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if ((File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) == 0)
            {
                return $"{folder} may not be entered by others (chmod o+x)";
            }
        }

        if (Target(path) is { } target)
        {
            return FlawOf(target);
        }

        var needed = Directory.Exists(path) ? UnixFileMode.OtherExecute : UnixFileMode.OtherRead;
        return (File.GetUnixFileMode(path) & needed) == 0 ? $"{path} may not be read by others" : null;
    }

    /// <summary>Puts a file where it can be reached: the file itself under another name when its mode lets others read and not write it, else a copy.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Bring(string source, string target)
    {
        var file = new FileInfo(source).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? source;
        var mode = File.GetUnixFileMode(file);
        if ((mode & UnixFileMode.OtherRead) != 0 && (mode & UnixFileMode.OtherWrite) == 0 && Link(file, target) == 0)
        {
            return;
        }

        File.Copy(file, target);
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static string? Target(string path) =>
        (Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true) : File.ResolveLinkTarget(path, returnFinalTarget: true))?.FullName;

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
