using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Service.Nodes;

/// <summary>Opens what others left under a name: a pipe or a device there must not catch us, and a link only where links are welcome.</summary>
internal static partial class RegularFile
{
    // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    private const int OpenFlags = 0x800 | 0x80000;
    private const int NoFollow = 0x20000;

    /// <exception cref="IOException">It is no regular file, or cannot be read; the message begins with <paramref name="shownName"/>.</exception>
    public static FileStream Open(string path, string shownName, bool followLinks)
    {
        var handle = OpenNative(path, followLinks ? OpenFlags : OpenFlags | NoFollow, 0);
        if (handle.IsInvalid)
        {
            var reason = Marshal.GetLastPInvokeErrorMessage();
            handle.Dispose();
            throw new IOException(new FileInfo(path).LinkTarget is null ? $"{shownName} cannot be read: {reason}" : $"{shownName} is a link");
        }

        // A folder can be opened and sought in like a file, a pipe cannot be sought in.
        var stream = Directory.Exists(path) ? null : new FileStream(handle, FileAccess.Read, bufferSize: 0);
        if (stream is { CanSeek: true })
        {
            return stream;
        }

        stream?.Dispose();
        handle.Dispose();
        throw new IOException($"{shownName} is no regular file");
    }

    /// <summary>The length of a file, behind links if it is one; 0 when there is none.</summary>
    public static long LengthOf(FileInfo file) => file.LinkTarget is null ? file.Exists ? file.Length : 0
        : file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target ? target.Length
        : 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenNative(string path, int flags, int mode);
}
