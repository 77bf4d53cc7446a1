using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Dpu.Service.Tests.Configuration;

/// <summary>
/// The keepers of services below a folder. A service that stopped at once, or whose journal took nothing, leaves its keeper behind on purpose:
/// with recipes that run on, or with reports that the next start fetches. After a test no start will come.
/// </summary>
internal static partial class LeftKeepers
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Ends them with all that they run, and returns when they are gone.</summary>
    public static void End(string folder)
    {
        foreach (var pid in Below(folder))
        {
            _ = Signal(pid, SigTerm);

            // They are children of this process, which nobody else waits for: asking whether the number is taken would find a zombie.
            if (!Task.Run(() => WaitFor(pid, status: 0, options: 0)).Wait(Patience))
            {
                throw new InvalidOperationException($"Keeper {pid} of {folder} did not end.");
            }
        }
    }

    public static void Kill(int pid) => _ = Signal(pid, SigKill);

    public static IReadOnlyList<int> Below(string folder)
    {
        var alike = Directory.EnumerateDirectories("/proc")
            .Where(process => CommandLine(process).Contains($"\0keeper\0--data\0{folder}/", StringComparison.Ordinal))
            .Select(process => int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture))
            .ToList();

        // A recipe that is being spawned has its keeper's command line until it has its own.
        return [.. alike.Where(pid => ParentOf(pid) is { } parent && !alike.Contains(parent))];
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string CommandLine(string process)
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0]) ? Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline"))) : "";
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitFor(int pid, nint status, int options);
}
