using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>How a process ended, from its wait status.</summary>
internal readonly record struct ExitStatus(int? Code, int? Signal)
{
    public static ExitStatus From(int status) =>
        (status & 0x7f) == 0 ? new((status >> 8) & 0xff, null) : new(null, status & 0x7f);
}

internal enum Reaping
{
    /// <summary>It was our child and has ended; now it is gone.</summary>
    Reaped,
    Alive,

    /// <summary>Somebody else's child, who must wait for it.</summary>
    NotOurs,
}

/// <summary>Waiting for our children, one by one: a general wait could take a child that a spawning thread has not told us of yet.</summary>
internal static unsafe class ChildProcess
{
    private const int NoHang = 1;

    public static Reaping TryReap(int pid, out ExitStatus status, out ResourceUsage usage)
    {
        int raw;
        ResourceUsage used;
        var result = Libc.Wait(pid, &raw, NoHang, &used);
        (status, usage) = result == pid ? (ExitStatus.From(raw), used) : default;
        return result == pid ? Reaping.Reaped : result == 0 ? Reaping.Alive : Reaping.NotOurs;
    }

    /// <summary>Kills a child of ours that has not been waited for, and waits.</summary>
    public static void EndNow(int pid)
    {
        _ = Libc.Kill(pid, Signals.Kill);
        int raw;
        ResourceUsage used;
        while (Libc.Wait(pid, &raw, 0, &used) < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
        {
            // A signal to this process interrupts the wait and changes nothing.
        }
    }
}
