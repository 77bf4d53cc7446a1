using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Client.Trust;

/// <summary>Files that only their owner can read, and that are there as a whole or not at all, also after the host lost power.</summary>
public static partial class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const int LengthMax = 4096;
    private const int FileExists = 17;
    private const int CloseOnExec = 0x80000;

    /// <summary>Writes a text under a temporary name, and puts it in place when it is on the disk.</summary>
    /// <param name="path">Where it goes; its directory must be there.</param>
    /// <param name="text">What goes into it.</param>
    /// <param name="replace">Whether it may take the place of another; else nothing is changed, and it throws.</param>
    /// <exception cref="IOException">It cannot be written, or there is a file already.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static void Write(string path, string text, bool replace)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(text);
        var full = Path.GetFullPath(path);
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{full}.{Environment.ProcessId}.tmp");
        File.Delete(temporary);
        try
        {
            using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            Place(temporary, full, replace);
        }
        finally
        {
            File.Delete(temporary);
        }

        using var directory = OpenDirectory(Path.GetDirectoryName(full)!);
        if (FSync(directory) != 0)
        {
            throw new IOException($"{path} is written, but not surely on the disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Reads what is a secret in one line, and refuses a file that others may read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it holds, in a word.</param>
    /// <param name="parse">Reads the text; what it throws must not show it.</param>
    /// <exception cref="FormatException">It holds something else, or others may read it; the message names the file and what to do.</exception>
    internal static T Read<T>(string path, string what, Func<string, T> parse)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        if ((File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
        {
            throw new FormatException($"{path}: other users of this machine may read this {what}: make a new one, or, when nobody did, 'chmod 600' it");
        }

        var bytes = new byte[LengthMax];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        try
        {
            return parse(Encoding.ASCII.GetString(bytes, 0, length));
        }
        catch (FormatException error)
        {
            throw new FormatException($"{path}: {error.Message}");
        }
    }

    /// <summary>A link, unlike a rename, never takes the place of a file that somebody made meanwhile.</summary>
    private static void Place(string temporary, string path, bool replace)
    {
        if (replace)
        {
            File.Move(temporary, path, overwrite: true);
        }
        else if (Link(temporary, path) != 0)
        {
            throw Marshal.GetLastPInvokeError() == FileExists
                ? new IOException($"{path} is there already: choose another name, or remove it first.")
                : new IOException($"{path} cannot be written: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        var handle = Open(path, CloseOnExec);
        return handle.IsInvalid ? throw new IOException($"The directory {path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}") : handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
