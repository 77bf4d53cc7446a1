using System.Diagnostics;
using Xunit;

namespace Dpu.Journal.Tests.Host;

/// <summary>A test that mounts a small file system of its own: it needs namespaces, which not every container grants.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactWithMountsAttribute : FactAttribute
{
    private static readonly Lazy<bool> Granted = new(static () =>
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(Namespace[0], [.. Namespace[1..], "mount", "-t", "tmpfs", "tmpfs", "/mnt"]) { RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public FactWithMountsAttribute()
    {
        if (!Granted.Value)
        {
            Skip = "No file system can be mounted here (unshare --user --mount).";
        }
    }

    /// <summary>The command that runs another one where it may mount.</summary>
    internal static string[] Namespace => ["unshare", "--user", "--map-root-user", "--mount"];
}
