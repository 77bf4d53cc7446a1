using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Execution;

/// <summary>As whom a process runs, and what bounds it beside the keeper's limits.</summary>
/// <param name="UserId">Number of the Unix user, and of the group, that nothing else runs as.</param>
/// <param name="FileBytesMax">The largest file that it may write.</param>
/// <param name="ProcessesMax">How many processes and threads its user may have.</param>
/// <param name="Group">The folder of the control group (version 2) that it belongs to; null where there is none.</param>
public sealed record Confinement(uint UserId, long FileBytesMax, int ProcessesMax, string? Group)
{
    // The shell is there only to enter the group: whoever forks before it is in would stay outside.
    private const string EnterGroup = """echo $$ >"$0/cgroup.procs" && exec "$@" """;

    /// <summary>
    /// The command that becomes <paramref name="command"/> under this confinement, without another process: each of its programs (<c>prlimit(1)</c>, <c>setpriv(1)</c>
    /// of util-linux) replaces itself by the next one. Limits come first, for only root may raise what root has set.
    /// </summary>
    /// <param name="command">The program, by its path or to be found in <c>PATH</c>, and its arguments.</param>
    public ImmutableArray<string> Wrap(ImmutableArray<string> command)
    {
        string[] confined =
        [
            "/usr/bin/prlimit",
            "--core=0",
            string.Create(CultureInfo.InvariantCulture, $"--fsize={FileBytesMax}"),
            string.Create(CultureInfo.InvariantCulture, $"--nproc={ProcessesMax}"),
            "/usr/bin/setpriv",
            string.Create(CultureInfo.InvariantCulture, $"--reuid={UserId}"),
            string.Create(CultureInfo.InvariantCulture, $"--regid={UserId}"),
            "--clear-groups",
            "--no-new-privs",
            "--inh-caps=-all",
            "--bounding-set=-all",
            "--",
            .. command,
        ];
        return Group is null ? [.. confined] : ["/bin/sh", "-c", EnterGroup.TrimEnd(), Group, .. confined];
    }
}
