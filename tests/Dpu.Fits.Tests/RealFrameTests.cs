using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

/// <summary>Frames that other software wrote. They stand in <c>../shared/data/obs_test</c> beside the repository, or the test is skipped by name.</summary>
public sealed class RealFrameTests
{
    [RealFrameTheory]
    [InlineData("raw_v1_fg.fits.gz", "g")]
    [InlineData("raw_v2_fg.fits.gz", "g")]
    [InlineData("raw_v3_fr.fits.gz", "r")]
    public void Frames_of_the_lsst_simulator_are_read(string name, string filter)
    {
        var path = Path.Combine(RealFrames.Folder!, name);
        var image = FitsReader.ReadImage(path);
        (image.Width, image.Height).ShouldBe((1026, 2000));
        image.Header.Count.ShouldBeGreaterThan(400);
        image.Header.GetString("FILTER").ShouldBe(filter);
        image.Header.GetDouble("EXPTIME").ShouldBe(15);
        FitsReader.ReadHeaders(path).Count.ShouldBe(1);
        // Unsigned 16-bit counts of a sky well above the bias.
        image.Pixels.ShouldAllBe(v => v >= 0 && v <= 65535);
        TanWcs.FromHeader(image.Header).PixelScale.ShouldBe(0.2, 0.001);
    }
}

internal static class RealFrames
{
    public static string? Folder { get; } = Find();

    private static string? Find([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
        var folder = Path.Combine(root, "../shared/data/obs_test");
        return Directory.Exists(folder) ? Path.GetFullPath(folder) : null;
    }
}

internal sealed class RealFrameTheoryAttribute : TheoryAttribute
{
    public RealFrameTheoryAttribute()
    {
        if (RealFrames.Folder is null)
        {
            Skip = "The frames of ../shared/data/obs_test are not there.";
        }
    }
}
