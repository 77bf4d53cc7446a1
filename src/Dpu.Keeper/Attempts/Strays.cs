using Dpu.Keeper.Native;
using Dpu.Keeper.Processes;

namespace Dpu.Keeper.Attempts;

/// <summary>
/// Processes of ours that no attempt answers for: a recipe that shed its session, its environment and its parent in the instant before
/// its tag was set. A child that is just being spawned looks the same until we are told of it, so a stray is ended only when
/// every spawn that had begun at its first sight is over.
/// </summary>
internal sealed class Strays(Action<string> log)
{
    private readonly Dictionary<int, uint> _seen = [];
    private readonly HashSet<int> _present = [];

    public bool Any => _seen.Count > 0;

    /// <param name="pids">What the census found now.</param>
    /// <param name="newestSerial">The newest attempt that was asked for.</param>
    /// <param name="oldestWaiting">The oldest attempt whose process is not known yet.</param>
    public void Look(IEnumerable<int> pids, uint newestSerial, uint oldestWaiting)
    {
        _present.Clear();
        foreach (var pid in pids)
        {
            _present.Add(pid);
            if (_seen.TryAdd(pid, newestSerial) || oldestWaiting <= _seen[pid])
            {
                continue;
            }

            if (ChildProcess.TryReap(pid, out _, out _) == Reaping.Reaped)
            {
                continue;
            }

            log($"ending process {pid} ({ProcFiles.Name(pid)}), which no running attempt answers for");
            var pidfd = Pidfd.Open(pid);
            _ = Pidfd.Signal(pidfd, Signals.Kill);
            Descriptors.Close(pidfd);
        }

        foreach (var pid in _seen.Keys.Where(pid => !_present.Contains(pid)).ToList())
        {
            _seen.Remove(pid);
        }
    }
}
