using Xunit;

namespace Dpu.System.Tests.Nodes;

/// <summary>A fact that makes network namespaces; skipped, with its name, where that is not allowed or <c>ip</c> is not installed.</summary>
internal sealed class FactWithNetworksAttribute : FactAttribute
{
    public FactWithNetworksAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Network namespaces need root.";
        }
        else if (!File.Exists("/sbin/ip") && !File.Exists("/usr/sbin/ip") && !File.Exists("/bin/ip"))
        {
            Skip = "The program ip is not installed.";
        }
    }
}
