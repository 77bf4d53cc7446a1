using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Service.Nodes;

/// <summary>Brings a file that a recipe left in its work directory to its place in the store: checksum, fsync, rename.</summary>
internal static partial class SavedFile
{
    // O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC: a recipe may leave a link or a pipe under the name, and neither may catch us.
    private const int OpenFlags = 0x800 | 0x20000 | 0x80000;

    /// <summary>Size and SHA-256 of the file, which stands at <paramref name="target"/> afterwards. Again, after a crash, is the same.</summary>
    /// <exception cref="TaskFilesException">The file is missing, is no regular file, or cannot be saved.</exception>
    public static (long SizeBytes, string Sha256) MoveTo(string source, string target, string shownName)
    {
        var present = File.Exists(source) ? source : target;
        if (!File.Exists(present))
        {
            throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' is listed, but the file is not there");
        }

        try
        {
            var result = Checksum(present, shownName);
            if (present == source)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(source, target, overwrite: true);
            }

            SyncDirectory(Path.GetDirectoryName(target)!);
            return result;
        }
        catch (IOException error)
        {
            throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be saved as {target}: {error.Message}");
        }
        catch (UnauthorizedAccessException error)
        {
            throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be saved as {target}: {error.Message}");
        }
    }

    private static (long SizeBytes, string Sha256) Checksum(string path, string shownName)
    {
        using var handle = Open(path, shownName);
        using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        if (!stream.CanSeek)
        {
            throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' is no regular file");
        }

        var hash = SHA256.HashData(stream);
        Sync(handle, path);
        return (stream.Length, Convert.ToHexStringLower(hash));
    }

    private static SafeFileHandle Open(string path, string shownName)
    {
        var descriptor = OpenNative(path, OpenFlags, 0);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be read: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    private static void SyncDirectory(string path)
    {
        using var handle = new SafeFileHandle(OpenNative(path, OpenFlags, 0), ownsHandle: true);
        Sync(handle, path);
    }

    private static void Sync(SafeFileHandle handle, string path)
    {
        if (handle.IsInvalid || SyncNative(handle) != 0)
        {
            throw new IOException($"{path} cannot be made durable: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(SafeFileHandle descriptor);
}
