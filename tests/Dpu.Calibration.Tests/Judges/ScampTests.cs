using Dpu.Calibration.Tests.Astrometry;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Judges;

/// <summary><c>Astrometry</c> against SCAMP on the same frames and reference catalog.</summary>
public sealed class ScampTests(Observatory desk) : IClassFixture<Observatory>
{
    [ScampTheory]
    [InlineData(53.1, -27.8)]
    [InlineData(0.004, 12.5)]
    public void Both_recover_a_perturbed_system(double ra, double dec)
    {
        using var field = new StarField(desk, ra, dec, count: 420);
        var truth = field.Wcs(turned: 12);
        var told = field.Wcs(turned: 12.4, dx: 60, dy: -50, scale: StarField.Scale * 1.005);
        var frame = field.Frame("a", truth, told);
        var pars = StarField.RefCat(field.FitsCatalog(field.Catalog(0.03)));

        var ours = FitsReader.ReadPrimaryHeader(field.Files.Run("astrometry", "reduced", [frame], pars).PathOf("reduced"));
        var run = field.Files.Run("astrometry-scamp", "reduced", [frame], pars);
        var theirs = FitsReader.ReadPrimaryHeader(run.PathOf("reduced"));

        // 0.03" of scatter and some 80 stars: 0.006" in the middle, half as much again in the corners, on two axes, for each of them.
        StarField.Worst(truth, TanWcs.FromHeader(theirs)).ShouldBeLessThan(0.05);
        StarField.Worst(TanWcs.FromHeader(ours), TanWcs.FromHeader(theirs)).ShouldBeLessThan(0.05);
        theirs.GetDouble("ASTRRMS").ShouldBe(ours.GetDouble("ASTRRMS"), 0.3 * ours.GetDouble("ASTRRMS"));
        theirs.GetInt64("ASTRNUM").ShouldBeGreaterThan(ours.GetInt64("ASTRNUM") / 2);
        theirs.Select(card => card.Key).Order().ShouldBe(ours.Select(card => card.Key).Order());
        run.Log.ShouldContain("Running : scamp");
        Directory.GetDirectories(run.Folder).ShouldBeEmpty();
    }

    [ScampTheory]
    [InlineData("DEGREE", "3", 2, "with scamp it is 1")]
    [InlineData("STARS_MIN", "5000", 65, "5000 are needed")]
    [InlineData("RMS_MAX", "0.001", 65, "0.001 are allowed")]
    public void What_cannot_be_is_said_in_a_sentence(string parameter, string value, int exitCode, string sentence)
    {
        using var field = new StarField(desk, 53.1, -27.8);
        var run = field.Files.Try(
            "astrometry-scamp", new() { ["reduced"] = [field.Frame("a", field.Wcs(), field.Wcs(dx: 8))] }, StarField.RefCat(field.FitsCatalog(field.Catalog(0.03)), (parameter, value)));

        run.ExitCode.ShouldBe(exitCode, run.Errors);
        run.Errors.ShouldContain(sentence);
    }
}
