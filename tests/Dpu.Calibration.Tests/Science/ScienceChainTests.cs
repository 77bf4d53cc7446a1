using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Calibration.Simulation;
using Dpu.Calibration.Tests.Calibration;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

/// <summary>From simulated raw frames to a source list, through every recipe, against what was simulated.</summary>
public sealed class ScienceChainTests(Observatory desk) : IClassFixture<Observatory>
{
    [Fact]
    public void The_stars_of_a_night_are_recovered()
    {
        var bias = desk.Run("bias", new() { ["bias"] = desk.Raw("bias") });
        var hot = desk.Run("hot-pixels", new() { ["bias"] = [bias.AsInput("bias")] });
        TaskRun Flat(string command, string type) =>
            desk.Run(command, new() { ["flat"] = desk.Raw(type), ["bias"] = [bias.AsInput("bias")] });
        var master = desk.Run("master-flat", new()
        {
            ["dome"] = [Flat("dome-flat", "domeflat").AsInput("dome-flat")],
            ["twilight"] = [Flat("twilight-flat", "twilightflat").AsInput("twilight-flat")],
            ["hot"] = [hot.AsInput("hot-pixels")],
        });
        var reduced = desk.Run("reduce", new()
        {
            ["science"] = desk.Raw("science"),
            ["bias"] = [bias.AsInput("bias")],
            ["flat"] = [master.AsInput("master-flat")],
            ["hot"] = [hot.AsInput("hot-pixels")],
        });
        var regridded = desk.Run("regrid", new() { ["reduced"] = SkyFrames.Products(reduced, "reduced") });
        var frames = SkyFrames.Products(regridded, "regridded");
        frames.Length.ShouldBe(desk.Options.Exposures);
        var coadd = desk.Run("coadd", new() { ["regridded"] = frames });
        var list = desk.Run("source-list", new() { ["image"] = [coadd.AsInput("coadd")] });

        var truth = Truth.Read(Path.Combine(desk.Options.Output, TruthTable.FileName));
        var comparison = TruthComparison.Of(
            truth, ListedSource.Read(list.PathOfKind("sourcelist")), new Dictionary<string, double>(), limitSigma: 10, radiusArcseconds: 1);

        // Edges of the chip lose 3 of 200 pixels to resampling, and the dithers' corners have one exposure only.
        comparison.Expected.ShouldBeGreaterThan(5);
        comparison.Found.ShouldBeGreaterThanOrEqualTo((int)(0.85 * comparison.Expected));
        comparison.Spurious.ShouldBeLessThanOrEqualTo(1);

        // Positions: sigma / SNR, at worst 1.49 pixels / 10 = 35 mas, over all about half of it.
        comparison.All.PositionRms.ShouldBeLessThan(0.05);
        comparison.All.OffsetRa.ShouldBe(0, 0.02);
        comparison.All.OffsetDec.ShouldBe(0, 0.02);
        comparison.All.FluxRms.ShouldBeLessThan(0.2);
        comparison.ZeroPointOffset.ShouldBe(0, 0.35);
    }

    [Fact]
    public void Products_are_named_after_their_frame_and_the_attempt()
    {
        var input = new TaskInput("x", "/data/WFI_2000-04-28_science_01_ccd50_reduced_7_0_1.fits", "reduced", []);
        FrameNames.Stem(input, "regridded").ShouldBe("WFI_2000-04-28_science_01_ccd50_regridded");
        FrameNames.Stem(new("x", "/data/raw_v1_fg.fits.gz", "raw-science", []), "sourcelist").ShouldBe("raw_v1_fg_sourcelist");
        FrameNames.Stem(new("x", "/data/WFI_coadd_842_2000-04-28_7_0_1.fits", "coadd", []), "sourcelist").ShouldBe("WFI_coadd_842_2000-04-28_sourcelist");
        FrameNames.Stem(new("x", "/data/n_1_2_3.fits", "raw-science", []), "reduced").ShouldBe("n_1_2_3_reduced");
    }
}
