using Xunit;

namespace Dpu.System.Tests.Pilots;

/// <summary>A fact that starts servers of the system as root; skipped, with what is missing, where that cannot be.</summary>
internal sealed class FactWithServersAttribute : FactAttribute
{
    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    public FactWithServersAttribute(params string[] programs)
    {
        var missing = programs.Where(program => !Folders.Any(folder => File.Exists(Path.Combine(folder, program)))).ToList();
        if (missing.Count > 0)
        {
            Skip = $"Not installed: {string.Join(", ", missing)}.";
        }
        else if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root can start these servers.";
        }
    }
}
