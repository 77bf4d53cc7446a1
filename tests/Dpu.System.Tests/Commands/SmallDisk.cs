using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>A data directory on a small file system of its own, which only the service and what it starts can see.</summary>
internal static class SmallDisk
{
    private static readonly string[] Namespace = ["unshare", "--mount", "--propagation", "private"];

    public static bool IsGranted { get; } = Probe();

    /// <summary>The same command, in a world where <paramref name="folder"/> has so much room.</summary>
    public static ProcessStartInfo Around(ProcessStartInfo start, string folder, int mebibytes)
    {
        var command = start.ArgumentList.Prepend(start.FileName).ToList();
        var size = string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m");
        start.FileName = Namespace[0];
        start.ArgumentList.Clear();
        foreach (var argument in (string[])[.. Namespace[1..], "sh", "-c", $"mount -t tmpfs -o {size} tmpfs \"$0\" && exec \"$@\"", folder, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    /// <summary>Where a file of that world is seen from here.</summary>
    public static string Inside(int pid, string path) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root{path}");

    /// <summary>Writes to a file until there is no room for a single byte more.</summary>
    public static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var size = 1 << 20; size > 0;)
        {
            try
            {
                file.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    private static bool Probe()
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(Namespace[0], [.. Namespace[1..], "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) { RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (global::System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A test that mounts a small file system: it takes root.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithMountsAttribute : FactAttribute
{
    public FactWithMountsAttribute()
    {
        if (!SmallDisk.IsGranted)
        {
            Skip = "No file system can be mounted here: it takes root (unshare --mount).";
        }
    }
}
