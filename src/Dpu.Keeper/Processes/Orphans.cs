using System.Globalization;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>
/// Ends what an older keeper of the same data directory left behind. Nobody reads its output or knows its outcome any more, so
/// there is nothing to be gained from asking it politely; what matters is that it is gone before its task runs again.
/// </summary>
internal sealed class Orphans(ProcessList processes, ProcessTag tag, string environmentMarker, Action<string> log)
{
    private const int PatienceMilliseconds = 5_000;

    private byte[] _environ = [];

    /// <summary>Returns when the last one is gone, however long that takes: a process stuck in the kernel is named in the log.</summary>
    public void EndAll()
    {
        var ended = new HashSet<int>();
        var pids = new List<int>();
        while (true)
        {
            processes.ReadAll(pids);
            var orphans = pids.Where(IsOrphan).ToList();
            if (orphans.Count == 0)
            {
                break;
            }

            // All are told before one is waited for, or those that fork would outrun us.
            ended.UnionWith(orphans);
            foreach (var (pid, pidfd) in orphans.Select(pid => (pid, End(pid))).ToList())
            {
                WaitFor(pid, pidfd);
            }
        }

        if (ended.Count > 0)
        {
            log($"ended {ended.Count} processes that an earlier keeper had left behind");
        }
    }

    private bool IsOrphan(int pid)
    {
        if (pid == Environment.ProcessId || ProcFiles.State(pid) is not { IsDead: false })
        {
            return false;
        }

        var answer = tag.Read(pid, out _);
        if (answer == TagAnswer.Refused)
        {
            answer = tag.ReadFile(pid, out _);
        }

        return answer == TagAnswer.Ours || (answer == TagAnswer.Foreign && ProcFiles.Holds(ProcFiles.Environ(pid, ref _environ), environmentMarker));
    }

    /// <summary>Kills a process and returns a descriptor to wait with, -1 when it is gone already.</summary>
    private int End(int pid)
    {
        // The descriptor is taken first and the question asked again: the number may have passed to somebody else in between.
        var pidfd = Pidfd.Open(pid);
        if (pidfd < 0 || !IsOrphan(pid))
        {
            Descriptors.Close(pidfd);
            return -1;
        }

        if (!Pidfd.Signal(pidfd, Signals.Kill))
        {
            log($"may not end process {Describe(pid)} of an earlier keeper: waiting until it has ended by itself");
        }

        return pidfd;
    }

    private unsafe void WaitFor(int pid, int pidfd)
    {
        var entry = new PollEntry { Descriptor = pidfd, Wanted = 1 };
        while (pidfd >= 0 && Libc.Poll(&entry, 1, PatienceMilliseconds) == 0)
        {
            log($"process {Describe(pid)} of an earlier keeper does not end; nothing is started before it has");
        }

        Descriptors.Close(pidfd);
    }

    private static string Describe(int pid) => string.Create(CultureInfo.InvariantCulture, $"{pid} ({ProcFiles.Name(pid)})");
}
