using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Launching;

/// <summary>Wakes the thread that waits for descriptors.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    private const short In = 1;
    private const short Out = 4;

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

    /// <summary>Waits for a wake, for a descriptor (-1: for none), or for a time (-1: without end); true when the descriptor is ready.</summary>
    public bool Wait(int descriptor, bool wantsOut, int timeoutMilliseconds)
    {
        var entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = _descriptor, Wanted = In };
        entries[1] = new PollEntry { Descriptor = descriptor, Wanted = (short)(wantsOut ? In | Out : In) };
        if (Libc.Poll(entries, 2, timeoutMilliseconds) <= 0)
        {
            return false;
        }

        if (entries[0].Happened != 0)
        {
            Span<byte> count = stackalloc byte[8];
            _ = Descriptors.Read(_descriptor, count);
        }

        return entries[1].Happened != 0;
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
