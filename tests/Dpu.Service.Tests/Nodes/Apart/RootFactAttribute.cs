using Dpu.Service.Nodes.Apart;
using Xunit;

namespace Dpu.Service.Tests.Nodes.Apart;

/// <summary>A test that gives files away, which only root may.</summary>
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Ownership.IsRoot)
        {
            Skip = "only root can run processes as other users";
        }
    }
}
