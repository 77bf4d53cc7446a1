using System.Runtime.CompilerServices;
using Xunit;

namespace Dpu.Service.Tests.Ingest;

/// <summary>Frames that other software wrote, beside the repository.</summary>
internal static class RealFrames
{
    public static string? Folder { get; } = Find();

    private static string? Find([CallerFilePath] string here = "")
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../shared/data/obs_test"));
        return Directory.Exists(folder) ? folder : null;
    }
}

/// <summary>A test that needs <see cref="RealFrames"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealFramesFactAttribute : FactAttribute
{
    public RealFramesFactAttribute()
    {
        if (RealFrames.Folder is null)
        {
            Skip = "The frames of ../shared/data/obs_test are not there.";
        }
    }
}

/// <summary>A test of what file modes forbid: root is forbidden nothing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Skip = "File modes mean nothing to root: run the tests as another user.";
        }
    }
}
