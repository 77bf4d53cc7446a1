using System.Globalization;
using System.Runtime.InteropServices;
using Dpu.Domain.Jobs;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Service.Staging;

/// <summary>What it takes until a file that is renamed into place survives a power cut.</summary>
internal static partial class DurableFile
{
    // O_RDONLY | O_CLOEXEC
    private const int OpenFlags = 0x80000;

    // ENOSPC and EDQUOT, as .NET hands them on.
    private const int NoSpace = 28;
    private const int OverQuota = 122;

    /// <summary>Brings a file whose bytes are durable already to its name.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static void MoveTo(string source, string target)
    {
        File.Move(source, target, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(target)!);
    }

    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncDirectory(string path)
    {
        using var handle = OpenNative(path, OpenFlags, 0);
        Sync(handle, path);
    }

    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Sync(SafeFileHandle handle, string path)
    {
        if (handle.IsInvalid || SyncNative(handle) != 0)
        {
            throw new IOException($"{path} cannot be made durable: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Whether it failed because there is no room.</summary>
    public static bool IsFull(IOException error) => (error.HResult & 0xFFFF) is NoSpace or OverQuota;

    /// <summary>A sentence when <paramref name="bytes"/> more do not fit where <paramref name="folder"/> is; null when they do.</summary>
    public static string? WhyNoRoom(string folder, long bytes)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        return bytes <= free ? null : string.Create(CultureInfo.InvariantCulture, $"there is no room in {folder}: {ByteSize.Text(bytes)} are needed, {ByteSize.Text(free)} are free");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenNative(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncNative(SafeFileHandle descriptor);
}
