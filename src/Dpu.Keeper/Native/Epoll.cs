using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Dpu.Keeper.Native;

/// <summary>Waits for many descriptors at once; each is registered with a number of the caller's.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    public const uint In = 0x1;
    public const uint Out = 0x4;
    private const int Add = 1;
    private const int Remove = 2;
    private const int Modify = 3;
    private const int Capacity = 128;

    // The structure is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EntryBytes = DataOffset + 8;

    private readonly int _descriptor;
    private readonly byte[] _entries = GC.AllocateArray<byte>(Capacity * 16, pinned: true);

    public Epoll()
    {
        _descriptor = Libc.EpollCreate(OpenFlags.CloseOnExec);
        if (_descriptor < 0)
        {
            throw Descriptors.Failure("Cannot create an epoll descriptor");
        }
    }

    public void Register(int descriptor, uint events, ulong number) => Change(Add, descriptor, events, number);

    public void Update(int descriptor, uint events, ulong number) => Change(Modify, descriptor, events, number);

    /// <summary>
    /// Stops watching and closes. Closing alone is not enough: a child that is just being spawned holds a copy of every descriptor until it
    /// runs its program, and so long the closed one would go on reporting.
    /// </summary>
    public void Close(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Libc.EpollControl(_descriptor, Remove, descriptor, null);
            Descriptors.Close(descriptor);
        }
    }

    /// <summary>Waits (-1: without end) and returns how many descriptors are ready.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        fixed (byte* entries = _entries)
        {
            var count = Libc.EpollWait(_descriptor, entries, Capacity, timeoutMilliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() != Errno.Interrupted)
            {
                throw Descriptors.Failure("Waiting for events failed");
            }

            return Math.Max(count, 0);
        }
    }

    public ulong Number(int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(_entries.AsSpan((index * EntryBytes) + DataOffset));

    public void Dispose() => Descriptors.Close(_descriptor);

    private void Change(int operation, int descriptor, uint events, ulong number)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + DataOffset) = number;
        if (Libc.EpollControl(_descriptor, operation, descriptor, entry) != 0)
        {
            throw Descriptors.Failure($"Cannot watch descriptor {descriptor}");
        }
    }
}
