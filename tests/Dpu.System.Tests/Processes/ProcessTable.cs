using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Dpu.System.Tests.Processes;

/// <summary>What the kernel says about processes: the only witness that these tests trust.</summary>
internal static partial class ProcessTable
{
    private const int SigKill = 9;

    /// <summary>Pids of living processes whose command line or environment holds the text.</summary>
    public static IReadOnlyList<int> Mentioning(string text) =>
    [
        .. Pids().Where(pid => pid != Environment.ProcessId && !IsZombie(pid)
            && (Read(pid, "cmdline").Contains(text, StringComparison.Ordinal) || Read(pid, "environ").Contains(text, StringComparison.Ordinal))),
    ];

    /// <summary>The keeper of a data directory.</summary>
    public static int? KeeperOf(string data) =>
        Pids().Where(pid => !IsZombie(pid)).Cast<int?>().FirstOrDefault(pid =>
            Read(pid!.Value, "cmdline") is var line && line.Contains("keeper", StringComparison.Ordinal) && line.Contains(data, StringComparison.Ordinal));

    /// <summary>Pids of living processes whose command line, with a NUL behind each argument, ends like this.</summary>
    public static IReadOnlyList<int> Running(string arguments) =>
        [.. Pids().Where(pid => Read(pid, "cmdline").EndsWith(arguments, StringComparison.Ordinal) && !IsZombie(pid))];

    /// <summary>A variable of a process's environment, or null.</summary>
    public static string? VariableOf(int pid, string name) =>
        Read(pid, "environ").Split('\0').FirstOrDefault(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    public static void Kill(int pid) => _ = NativeKill(pid, SigKill);

    public static string CommandLineOf(int pid) => Read(pid, "cmdline").Replace('\0', ' ');

    private static IEnumerable<int> Pids() =>
        Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0);

    private static bool IsZombie(int pid) => Read(pid, "stat") is var stat && stat.LastIndexOf(')') is var end and > 0 && stat[end + 2] == 'Z';

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int NativeKill(int pid, int signal);
}
