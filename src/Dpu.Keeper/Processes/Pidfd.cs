using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>Descriptors that stand for one process and never for another that got its number later; readable once it has ended.</summary>
internal static class Pidfd
{
    /// <summary>-1 when there is no such process (or the number is a thread's).</summary>
    public static int Open(int pid) => (int)Libc.SystemCall(Calls.PidfdOpen, pid, 0, 0, 0);

    public static bool Signal(int pidfd, int signal) => Libc.SystemCall(Calls.PidfdSendSignal, pidfd, signal, 0, 0) == 0;
}
