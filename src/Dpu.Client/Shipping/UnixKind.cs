using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Dpu.Client.Shipping;

/// <summary>What kind of thing has a name, without opening it: to open a pipe waits, and to open a device may do something.</summary>
internal static partial class UnixKind
{
    private const int FromWorkingDirectory = -100;
    private const uint TypeAndMode = 0x3;

    // struct statx has one layout everywhere: 256 bytes, st_mode at 28.
    private const int StatBytes = 256;
    private const int ModeOffset = 28;
    private const int KindMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>Whether it is a plain file, behind links if it is one.</summary>
    public static bool IsRegularFile(string path)
    {
        var stat = new byte[StatBytes];
        return Statx(FromWorkingDirectory, path, 0, TypeAndMode, stat) == 0 && (BinaryPrimitives.ReadUInt16LittleEndian(stat.AsSpan(ModeOffset)) & KindMask) == RegularFile;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, [Out] byte[] stat);
}
