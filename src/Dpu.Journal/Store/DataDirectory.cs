using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Journal.Store;

/// <summary>
/// The folder that holds everything a DPU knows, held exclusively for as long as this object lives. The lock is the kernel's: it ends with
/// the process, however that ends, and no child inherits it.
/// </summary>
public sealed partial class DataDirectory : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int OpenReadWrite = 0x2;
    private const int OpenCreate = 0x40;
    private const int OpenCloseOnExec = 0x80000;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;

    /// <summary>
    /// File systems on which locks, shared memory maps or fsync do not mean what SQLite needs them to mean, as <see cref="DriveInfo.DriveFormat"/>
    /// names them. FUSE is among them because it hides what is behind it (sshfs, GlusterFS, S3).
    /// </summary>
    private static readonly FrozenSet<string> Refused = new[]
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "lustre", "gpfs", "ceph", "afs", "kafs", "coda", "ncp", "ncpfs", "novell", "9p", "v9fs",
        "beegfs", "panfs", "ocfs2", "gfs", "gfs2", "pvfs2", "orangefs", "fuse", "fuse.sshfs", "fuseblk", "vboxsf", "vboxfs", "acfs", "snfs", "webdav",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly SafeFileHandle _lock;

    private DataDirectory(string path, SafeFileHandle @lock)
    {
        FullPath = path;
        _lock = @lock;
    }

    /// <summary>Absolute.</summary>
    public string FullPath { get; }

    /// <summary>The database of the journal, the views and the catalog.</summary>
    public string DatabasePath => Path.Combine(FullPath, "dpu.db");

    /// <summary>Takes the folder, which is created (for its owner only) when it is not there.</summary>
    /// <exception cref="StoreException">Another process holds it, it is on a network file system, or it cannot be made.</exception>
    public static DataDirectory Take(string path) => Take(path, static folder => new DriveInfo(folder).DriveFormat);

    internal static DataDirectory Take(string path, Func<string, string> fileSystemOf)
    {
        var full = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, OwnerOnlyFolder);
            RefuseNetwork(full, fileSystemOf(full));
            return new DataDirectory(full, Lock(Path.Combine(full, "dpu.lock"), full));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The data directory '{full}' cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>Creates a file for its owner only, unless it is there.</summary>
    internal static void CreateFile(string path)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OwnerOnlyFile,
        });
    }

    internal static void CreateFolder(string path) => Directory.CreateDirectory(path, OwnerOnlyFolder);

    public void Dispose() => _lock.Dispose();

    private static void RefuseNetwork(string folder, string fileSystem)
    {
        if (Refused.Contains(fileSystem))
        {
            throw new StoreException(
                $"The data directory '{folder}' is on a file system of type {fileSystem}. A database in it can be damaged, because locks and flushes are not " +
                "kept there as on a local disk: choose a folder on a local disk with --data.");
        }
    }

    private static SafeFileHandle Lock(string path, string folder)
    {
        // Not File.OpenHandle: .NET takes a lock of its own while it opens, which would hide the pid from the second process.
        var handle = Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, (uint)OwnerOnlyFile);
        try
        {
            if (handle.IsInvalid)
            {
                throw new IOException($"'{path}': {Marshal.GetLastPInvokeErrorMessage()}");
            }

            if (Flock(handle, LockExclusive | LockNonBlocking) != 0)
            {
                var holder = Holder(handle);
                throw new DataInUseException(
                    $"The data directory '{folder}' is in use by {(holder is { } pid ? $"process {pid}" : "another process")}. Stop that one first, or choose another folder with --data.",
                    holder);
            }

            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")), 0);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static int? Holder(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[16];
        var read = RandomAccess.Read(handle, text, 0);
        return int.TryParse(Encoding.ASCII.GetString(text[..read]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle handle, int operation);
}
