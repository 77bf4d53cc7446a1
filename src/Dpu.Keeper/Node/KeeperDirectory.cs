using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Node;

/// <summary>The files of the keeper in a data directory.</summary>
internal sealed unsafe class KeeperDirectory(string dataDirectory)
{
    public const string SocketName = "keeper.sock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int CurrentDirectory = -100;
    private const int DoNotFollow = 0x100;
    private const uint WantInode = 0x100;
    private const int ExclusiveNonBlocking = 2 | 4;

    private int _held = -1;

    public string Node { get; } = Path.Combine(Path.GetFullPath(dataDirectory), "node");

    public string Spool => Path.Combine(Node, "spool");

    public string Log => Path.Combine(Node, "keeper.log");

    /// <summary>Makes it, for its owner's eyes only: the socket in it runs programs.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Node, OwnerOnly);
        File.SetUnixFileMode(Node, OwnerOnly);
    }

    /// <summary>False when another keeper has it. The lock goes with its holder, however that ends.</summary>
    public bool TryLock()
    {
        var descriptor = Libc.Open(Path.Combine(Node, "keeper.lock"), OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.CloseOnExec, 0x180);
        if (descriptor < 0)
        {
            throw Descriptors.Failure($"Cannot open {Node}/keeper.lock");
        }

        if (Libc.Lock(descriptor, ExclusiveNonBlocking) != 0)
        {
            Descriptors.Close(descriptor);
            return false;
        }

        Hold();
        return true;
    }

    /// <summary>
    /// Nobody can come in any more: the socket was removed, alone or with the whole directory. A directory that was only moved still has its
    /// socket, and one that cannot be looked at for another reason is not gone.
    /// </summary>
    public bool IsGone()
    {
        var status = stackalloc byte[256];
        return Libc.Status(_held, SocketName, DoNotFollow, WantInode, status) != 0 && Marshal.GetLastPInvokeError() == Errno.NoEntry;
    }

    /// <summary>A descriptor of the directory itself, which follows it wherever it is moved; like the lock, it goes with this process.</summary>
    private void Hold()
    {
        _held = Libc.Open(Node, OpenFlags.PathOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        if (_held < 0)
        {
            throw Descriptors.Failure($"Cannot open {Node}");
        }
    }

    /// <summary>Removes what an older keeper left: its socket, and reports that nobody can ask for any more.</summary>
    public void Clear()
    {
        File.Delete(Path.Combine(Node, SocketName));
        if (Directory.Exists(Spool))
        {
            Directory.Delete(Spool, recursive: true);
        }

        Directory.CreateDirectory(Spool, OwnerOnly);
    }

    /// <summary>
    /// A number for this very directory, whatever path leads to it: its device and inode, so that a copy of it is another one. It must not
    /// outlast the host's start, and neither do the processes that carry it.
    /// </summary>
    public ulong Id()
    {
        const int InodeOffset = 32;
        const int DeviceOffset = 136;
        var status = stackalloc byte[256];
        if (Libc.Status(CurrentDirectory, Node, 0, WantInode, status) != 0)
        {
            throw Descriptors.Failure($"Cannot read the state of {Node}");
        }

        var bytes = new ReadOnlySpan<byte>(status, 256);
        var inode = BinaryPrimitives.ReadUInt64LittleEndian(bytes[InodeOffset..]);
        var device = BinaryPrimitives.ReadUInt64LittleEndian(bytes[DeviceOffset..]);
        return Mix(Mix(inode) ^ device);
    }

    public static string Format(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The finalizer of SplitMix64: neighbouring inodes get numbers that have nothing in common.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
