using System.Globalization;
using System.Text.RegularExpressions;

namespace Dpu.Service.Nodes;

/// <summary>What control groups let a process have; null where they set no limit.</summary>
/// <param name="Cpus">Processors' worth of time, which need not be whole.</param>
/// <param name="MemoryBytes">Bytes.</param>
internal readonly record struct GroupLimits(double? Cpus, long? MemoryBytes);

/// <summary>
/// The limits of the control groups that a process is in, and of all groups around those: a batch system limits the job, not the group of the job's step in which
/// the process is. Both versions of the kernel's interface are understood, also beside each other.
/// </summary>
/// <remarks>Formats: <c>cgroups(7)</c>, <c>proc_pid_mountinfo(5)</c>, and the kernel's <c>admin-guide/cgroup-v1/memory</c> and <c>cgroup-v2</c>.</remarks>
internal static partial class ControlGroups
{
    /// <summary>Where version 1 has no limit it shows the largest number of pages that there is.</summary>
    private const long NoMemoryLimit = 1L << 60;

    /// <param name="membership">The text of <c>/proc/self/cgroup</c>.</param>
    /// <param name="mounts">The text of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="read">The text of a file; null when there is none, or it may not be read.</param>
    public static GroupLimits Read(string membership, string mounts, Func<string, string?> read)
    {
        double? cpus = null;
        long? memory = null;
        var mounted = mounts.Split('\n').Select(Mount.TryParse).OfType<Mount>().ToList();
        foreach (var (controllers, path) in membership.Split('\n').Select(Group).OfType<(string[], string)>())
        {
            foreach (var mount in mounted.Where(mount => mount.Shows(controllers)))
            {
                foreach (var folder in mount.FoldersOf(path))
                {
                    cpus = Least(cpus, mount.IsSecondVersion ? Quota(read($"{folder}/cpu.max")) : Quota(read($"{folder}/cpu.cfs_quota_us"), read($"{folder}/cpu.cfs_period_us")));
                    memory = Least(memory, Bytes(read($"{folder}/{(mount.IsSecondVersion ? "memory.max" : "memory.limit_in_bytes")}")));
                }
            }
        }

        return new GroupLimits(cpus, memory);
    }

    private static (string[] Controllers, string Path)? Group(string line) =>
        line.Split(':', 3) is [_, var controllers, var path] ? (controllers.Split(',', StringSplitOptions.RemoveEmptyEntries), path) : null;

    private static double? Quota(string? maximum) =>
        maximum?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var quota, var period] ? Quota(quota, period) : null;

    private static double? Quota(string? quota, string? period) =>
        Number(quota) is { } most and > 0 && Number(period) is { } of and > 0 ? (double)most / of : null;

    private static long? Bytes(string? text) => Number(text) is { } bytes and < NoMemoryLimit ? bytes : null;

    /// <summary>Null for the words <c>max</c> and <c>-1</c>, which mean that there is no limit.</summary>
    private static long? Number(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> => one is { } a && (other is not { } b || a.CompareTo(b) <= 0) ? one : other;

    /// <summary>A place where control groups are shown.</summary>
    /// <param name="Root">Which group its top is: not the top of all when only a part is shown, as in some containers.</param>
    /// <param name="Point">The folder.</param>
    /// <param name="IsSecondVersion">Whether all controllers are shown together.</param>
    /// <param name="Controllers">Those of the first version that are shown here.</param>
    private sealed partial record Mount(string Root, string Point, bool IsSecondVersion, string[] Controllers)
    {
        public static Mount? TryParse(string line)
        {
            // Fields may be added before the lone dash, and nothing else.
            var halves = line.Split(" - ", 2);
            return halves is [var first, var second]
                && first.Split(' ') is [_, _, _, var root, var point, ..]
                && second.Split(' ') is [("cgroup" or "cgroup2") and var type, _, var options, ..]
                ? new Mount(Decoded(root), Decoded(point), type == "cgroup2", options.Split(','))
                : null;
        }

        /// <summary>In a process's list the second version's group names no controllers.</summary>
        public bool Shows(string[] controllers) => IsSecondVersion ? controllers.Length == 0 : controllers.Any(Controllers.Contains);

        /// <summary>The folders of a group and of all around it that are shown here. A group that is not below what is shown stands for the top of it.</summary>
        public IEnumerable<string> FoldersOf(string group)
        {
            var below = Root == "/" ? group : group == Root || group.StartsWith($"{Root}/", StringComparison.Ordinal) ? group[Root.Length..] : "";
            var names = below.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (var depth = names.Contains("..") ? 0 : names.Length; depth >= 0; depth--)
            {
                yield return string.Join('/', [Point, .. names[..depth]]);
            }
        }

        /// <summary>The kernel writes blanks and the like as their octal number.</summary>
        private static string Decoded(string text) =>
            Octal().Replace(text, static match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString());

        [GeneratedRegex(@"\\([0-7]{3})")]
        private static partial Regex Octal();
    }
}
