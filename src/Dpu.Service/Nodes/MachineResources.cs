using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Nodes;

/// <summary>
/// What tasks may hold here: what the host has, as far as this process may use it. The processors that it is bound to and the limits of its control groups count, since its
/// tasks are bound by them too. A share of the memory is left for the service, its keeper and the system.
/// </summary>
internal static class MachineResources
{
    private const double ShareOfMemory = 0.9;

    /// <exception cref="InvalidDataException">The kernel's files are not what they are known to be.</exception>
    public static Resources Read() => Of(
        File.ReadAllText("/proc/self/status"),
        File.ReadAllText("/proc/meminfo"),
        ControlGroups.Read(TextOf("/proc/self/cgroup") ?? "", TextOf("/proc/self/mountinfo") ?? "", TextOf));

    /// <param name="status">The text of <c>/proc/self/status</c>.</param>
    /// <param name="meminfo">The text of <c>/proc/meminfo</c>.</param>
    /// <param name="limits">What its control groups allow.</param>
    public static Resources Of(string status, string meminfo, GroupLimits limits)
    {
        var cpus = Math.Min(Count(Field(status, "Cpus_allowed_list")), limits.Cpus ?? double.MaxValue);
        var memory = Math.Min(Kibibytes(Field(meminfo, "MemTotal")), limits.MemoryBytes ?? long.MaxValue);

        // Part of a processor is none that a task could be promised; but a node without any would be of no use.
        return new Resources(Math.Max((int)cpus, 1), (long)(memory * ShareOfMemory));
    }

    /// <summary>How much this process may still write to the file system of a folder that exists, in bytes.</summary>
    public static long FreeDiskBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    private static string? TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            // The group at the top has no limits, and a kernel may be without control groups.
            return null;
        }
    }

    private static string Field(string text, string name)
    {
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return line?[(name.Length + 1)..].Trim() ?? throw new InvalidDataException($"The kernel does not tell '{name}'.");
    }

    /// <summary>How many numbers a list such as <c>0-3,8</c> names.</summary>
    private static int Count(string list) => list.Split(',').Sum(range => range.Split('-') switch
    {
        [var one] => Number(one) is var _ ? 1 : 0,
        [var first, var last] => (int)(Number(last) - Number(first) + 1),
        _ => throw new InvalidDataException($"'{list}' is no list of processors."),
    });

    private static long Kibibytes(string text) => Number(text.Split(' ')[0]) << 10;

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new InvalidDataException($"'{text}' is no number.");
}
