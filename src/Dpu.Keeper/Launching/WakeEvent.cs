using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Launching;

/// <summary>Wakes the thread that waits for descriptors.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    /// <summary>There is something to read.</summary>
    public const short In = 1;

    /// <summary>More can be written.</summary>
    public const short Out = 4;

    /// <summary>The other side has gone, or the connection broke; told whether it is asked for or not.</summary>
    public const short Gone = 0x8 | 0x10;

    private readonly Lock _gate = new();
    private readonly int _descriptor = Libc.EventDescriptor(0, OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
    private bool _disposed;

    public void Set()
    {
        // A descriptor's number is used again: a late wake must not be written into somebody's file.
        lock (_gate)
        {
            if (!_disposed)
            {
                _ = Descriptors.WriteAll(_descriptor, MemoryMarshal.AsBytes([1UL]));
            }
        }
    }

    /// <summary>Waits for a wake, for a descriptor (-1: for none), or for a time (-1: without end); what happened to the descriptor, 0 for nothing.</summary>
    public short Wait(int descriptor, short wanted, int timeoutMilliseconds)
    {
        var entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = _descriptor, Wanted = In };
        entries[1] = new PollEntry { Descriptor = descriptor, Wanted = wanted };
        if (Libc.Poll(entries, 2, timeoutMilliseconds) <= 0)
        {
            return 0;
        }

        if (entries[0].Happened != 0)
        {
            Span<byte> count = stackalloc byte[8];
            _ = Descriptors.Read(_descriptor, count);
        }

        return entries[1].Happened;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Descriptors.Close(_descriptor);
            }
        }
    }
}
