using System.Runtime.CompilerServices;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

/// <summary>A theory on frames that are not part of the project: skipped, and said so, where they are not beside it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ObservedFramesTheoryAttribute : TheoryAttribute
{
    public ObservedFramesTheoryAttribute([CallerMemberName] string member = "")
    {
        if (Folder is null) { Skip = $"{member}: ../shared/data/obs_test is not there"; }
    }

    /// <summary>Where the frames are; null when they are nowhere above this file.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find([CallerFilePath] string source = "")
    {
        for (var folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, "shared", "data", "obs_test");
            if (Directory.Exists(candidate)) { return candidate; }
        }

        return null;
    }
}
