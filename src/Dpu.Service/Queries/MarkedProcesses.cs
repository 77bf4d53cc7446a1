using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Dpu.Service.Queries;

/// <summary>Processes that were started with a certain variable, or by one that was: a new session or a double fork does not wash it off.</summary>
internal static class MarkedProcesses
{
    /// <summary>Kills them until there is none: those that fork meanwhile are found in the next round.</summary>
    /// <param name="mark"><c>NAME=value</c>.</param>
    public static void KillAll(string mark)
    {
        var wanted = Encoding.UTF8.GetBytes($"\0{mark}\0");
        while (All(wanted) is { Count: > 0 } found)
        {
            foreach (var pid in found)
            {
                Kill(pid);
            }
        }
    }

    private static List<int> All(byte[] wanted) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Bears(pid, wanted)),
    ];

    /// <summary>What has ended has no environment any more, whether or not somebody has asked for its exit code.</summary>
    private static bool Bears(int pid, byte[] wanted)
    {
        try
        {
            byte[] environment = [0, .. File.ReadAllBytes($"/proc/{pid}/environ"), 0];
            return environment.AsSpan().IndexOf(wanted) >= 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has just ended, or is another user's.
            return false;
        }
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended by itself.
        }
    }
}
