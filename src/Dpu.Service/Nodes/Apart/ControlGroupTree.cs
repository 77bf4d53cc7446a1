using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Nodes.Apart;

/// <summary>
/// A control group (version 2) of the DPU's own at the top of the tree, and one below it for each attempt. At the top, because below its own group a process may not
/// make others without leaving it.
/// </summary>
/// <remarks>Formats: the kernel's <c>admin-guide/cgroup-v2</c>.</remarks>
internal sealed class ControlGroupTree
{
    private const long PeriodMicroseconds = 100_000;
    private static readonly string[] Controllers = ["cpu", "memory", "pids"];

    private readonly string _folder;

    private ControlGroupTree(string folder) => _folder = folder;

    /// <summary>The DPU's own group, made if need be; null and the reason where there is none to be had.</summary>
    /// <param name="mounts">The text of <c>/proc/self/mountinfo</c>.</param>
    /// <param name="name">The group's name.</param>
    /// <param name="total">What all attempts may have together.</param>
    public static (ControlGroupTree? Tree, string? Reason) Open(string mounts, string name, Resources total)
    {
        if (MountPoint(mounts) is not { } top)
        {
            return (null, "control groups of version 2 are not mounted");
        }

        try
        {
            if (Controllers.Except(Words(Path.Combine(top, "cgroup.controllers"))).ToList() is { Count: > 0 } missing)
            {
                return (null, $"the control groups in {top} have no {string.Join(", ", missing)}");
            }

            Enable(top);
            var folder = Directory.CreateDirectory(Path.Combine(top, name)).FullName;
            Enable(folder);
            Limit(folder, total, processes: null);
            return (new ControlGroupTree(folder), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, error.Message);
        }
    }

    /// <summary>Removes groups of attempts that ended while nobody looked; before any is made. One that holds processes stays: the kernel refuses.</summary>
    public void Sweep()
    {
        foreach (var left in Directory.EnumerateDirectories(_folder))
        {
            Remove(left);
        }
    }

    /// <summary>A group for an attempt; its folder.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public string Make(AttemptId attempt, Resources resources, int processes)
    {
        var folder = Directory.CreateDirectory(FolderOf(attempt)).FullName;
        Limit(folder, resources, processes);
        return folder;
    }

    /// <summary>The attempt's processes are gone.</summary>
    public void Remove(AttemptId attempt) => Remove(FolderOf(attempt));

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // Not there, or still in use by what an attempt left behind: the next start tries again.
        }
    }

    private static void Enable(string folder)
    {
        var control = Path.Combine(folder, "cgroup.subtree_control");
        if (Controllers.Except(Words(control)).Any())
        {
            File.WriteAllText(control, string.Join(' ', Controllers.Select(controller => "+" + controller)));
        }
    }

    private static void Limit(string folder, Resources resources, int? processes)
    {
        Write("cpu.max", string.Create(CultureInfo.InvariantCulture, $"{resources.Cpus * PeriodMicroseconds} {PeriodMicroseconds}"));
        Write("memory.max", resources.MemoryBytes > 0 ? resources.MemoryBytes.ToString(CultureInfo.InvariantCulture) : "max");
        Write("pids.max", processes?.ToString(CultureInfo.InvariantCulture) ?? "max");

        void Write(string file, string value) => File.WriteAllText(Path.Combine(folder, file), value);
    }

    private string FolderOf(AttemptId attempt) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}.{attempt.Task}.{attempt.Number}"));

    private static string[] Words(string file) => File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string? MountPoint(string mounts) => mounts.Split('\n')
        .Select(line => line.Split(" - ", 2))
        .Where(halves => halves is [_, var kind] && kind.StartsWith("cgroup2 ", StringComparison.Ordinal))
        .Select(halves => halves[0].Split(' '))
        .Where(fields => fields.Length > 4)
        .Select(fields => fields[4])
        .FirstOrDefault();
}
