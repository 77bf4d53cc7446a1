using Dpu.Keeper.Native;
using Dpu.Keeper.Processes;

namespace Dpu.Keeper.Attempts;

/// <summary>Signals the processes of an attempt: its process group at one stroke, those that left it one by one.</summary>
internal sealed class Terminator(Census census, Action<string> log)
{
    /// <summary>Tells every member the present signal that has not been told it.</summary>
    public void Tell(AttemptProcess process, uint serial, IReadOnlyList<int> members)
    {
        // The leader is waited for last of all, so its group's number is still its own, even when it has ended.
        var groupTold = process.MustTell(process.Pid);
        if (groupTold)
        {
            _ = Libc.Kill(-process.Pid, process.Signal);
        }

        foreach (var pid in members)
        {
            if (pid != process.Pid && process.MustTell(pid) && ProcFiles.State(pid) is { IsDead: false } state
                && !(groupTold && state.Group == process.Pid))
            {
                Signal(pid, serial, process.Signal);
            }
        }
    }

    private void Signal(int pid, uint serial, int signal)
    {
        var pidfd = Pidfd.Open(pid);
        if (pidfd >= 0 && census.IsMember(pid, serial) && !Pidfd.Signal(pidfd, signal))
        {
            log($"may not signal process {pid} ({ProcFiles.Name(pid)}), which a recipe started: waiting until it has ended by itself");
        }

        Descriptors.Close(pidfd);
    }
}
