using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

public sealed class GAstrometryTests(Observatory desk) : IClassFixture<Observatory>
{
    /// <summary>In the middle of the sky and beside the pole, where the dithers' planes are turned against each other by degrees.</summary>
    [Theory]
    [InlineData(53.1, -27.8)]
    [InlineData(359.99, 89.99)]
    public void All_chips_and_dithers_are_recovered_with_their_distortion(double ra, double dec)
    {
        using var field = new StarField(desk, ra, dec, count: 1500, sideArcseconds: 340);
        var mosaic = new Mosaic(field, distortion: 4e-8).Expose();

        var run = Solve(field, mosaic.Inputs, field.FitsCatalog(field.Catalog(0.02)), ("DEGREE", "3"));

        var headers = Headers(run);
        run.Log.ShouldNotContain("Warning");
        for (var i = 0; i < mosaic.Frames.Count; i++)
        {
            // In the corners a cubic is known three times worse than on average; 4 sigma of that.
            var (worst, error) = (StarField.Worst(mosaic.Frames[i].Truth, TanWcs.FromHeader(headers[i])), headers[i].GetDouble("ASTRERR"));
            worst.ShouldBeLessThan(4 * 3 * error);
            worst.ShouldBeLessThan(0.05);
            headers[i].GetDouble("ASTRRMS").ShouldBeInRange(0.018, 0.04);
        }

        SkyFrames.Products(run, "reduced").Length.ShouldBe(6);
        run.Figure("gastrometric", "refscatter").ShouldBe(0.02, 0.003);

        // The sources' own errors explain what they scatter between frames.
        run.Figure("gastrometric", "scatter").ShouldBeLessThan(0.012);
    }

    /// <summary>
    /// Forty catalog stars that are off by 0.1": each frame by itself is known to 0.1 √(3/8) = 0.06" or so, and two of them differ by more. Together they see hundreds of stars in common, of 0.01" to 0.03" each.
    /// </summary>
    [Fact]
    public void Frames_agree_with_each_other_however_poor_the_catalog_is()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 1000, sideArcseconds: 340);
        var mosaic = new Mosaic(field, distortion: 0).Expose();
        var bright = field.Catalog(0.1).OrderBy(star => star.Magnitude).Where((_, i) => i % 8 == 0).ToList();
        var catalog = field.FitsCatalog(bright);

        var apart = Headers(field.Files.Run("astrometry", "reduced", mosaic.Inputs, StarField.RefCat(catalog)));
        var together = Headers(Solve(field, mosaic.Inputs, catalog));

        var (disagreement, agreement) = (Disagreement(mosaic, apart), Disagreement(mosaic, together));
        disagreement.ShouldBeGreaterThan(0.02);

        // Six unknowns a frame, from some hundred stars in common of 0.03" at worst: 0.03 √2 √(6 / 100).
        agreement.ShouldBeLessThan(0.01);

        // The common shift leans on all catalog stars of the field: 0.1 / √125 and √7 times that at the edges, 4 sigma.
        for (var i = 0; i < together.Count; i++) { StarField.Worst(mosaic.Frames[i].Truth, TanWcs.FromHeader(together[i])).ShouldBeLessThan(4 * Math.Sqrt(7.0 / 3) * together[i].GetDouble("ASTRERR")); }
    }

    [Fact]
    public void Lists_made_before_give_the_same_solution()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 700, sideArcseconds: 340);
        var mosaic = new Mosaic(field, distortion: 0).Expose();
        var catalog = field.FitsCatalog(field.Catalog(0.02));
        var made = field.Files.Run("g-astrom-sl", "reduced", mosaic.Inputs);
        var lists = SkyFrames.Products(made, "gastrom-sourcelist").Select((list, i) => list with { Metadata = new Metadata { ["imageid"] = mosaic.Inputs[i].Id } }).ToArray();
        made.Outputs[0].GetProperty("metadata").GetProperty("imageid").GetString().ShouldBe(mosaic.Inputs[0].Id);

        var with = desk.Run("g-astrometry", new() { ["reduced"] = mosaic.Inputs, ["lists"] = lists }, StarField.RefCat(catalog));
        var without = Solve(field, mosaic.Inputs, catalog);

        with.Log.ShouldContain("Using SourceList e0_0_gastrom-sourcelist");
        foreach (var (a, b) in Headers(with).Zip(Headers(without))) { StarField.Worst(TanWcs.FromHeader(a), TanWcs.FromHeader(b)).ShouldBeLessThan(1e-6); }
    }

    [Fact]
    public void Fields_that_do_not_touch_are_solved_apart()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 420);
        using var far = new StarField(desk, 54.1, -27.8, count: 420, seed: 3);
        var catalog = field.FitsCatalog([.. field.Catalog(0.02), .. far.Catalog(0.02)]);
        var frames = new[] { field.Frame("here", field.Wcs(), field.Wcs(dx: 30)), far.Frame("there", far.Wcs(), far.Wcs(dy: -40)) };

        var run = Solve(field, frames, catalog);

        SkyFrames.Products(run, "gastrometric").Length.ShouldBe(2);
        var headers = Headers(run);
        StarField.Worst(field.Wcs(), TanWcs.FromHeader(headers[0])).ShouldBeLessThan(0.03);
        StarField.Worst(far.Wcs(), TanWcs.FromHeader(headers[1])).ShouldBeLessThan(0.03);
    }

    [Fact]
    public void An_exposure_of_other_stars_is_named()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 420);
        using var other = new StarField(desk, 53.1, -27.8, count: 420, seed: 3);
        var run = field.Files.Try(
            "g-astrometry", "reduced", [field.Frame("mine", field.Wcs(), field.Wcs()), other.Frame("strange", field.Wcs(), field.Wcs())], StarField.RefCat(field.FitsCatalog(field.Catalog())));
        run.ExitCode.ShouldBe(RecipeException.BadData);
        run.Errors.ShouldContain("strange.fits is not recognised in reference.fits");
    }

    private static TaskRun Solve(StarField field, TaskInput[] frames, string catalog, params (string, string)[] pars) =>
        field.Files.Run("g-astrometry", "reduced", frames, StarField.RefCat(catalog, pars));

    private static List<FitsHeader> Headers(TaskRun run) => [.. SkyFrames.Products(run, "reduced").Select(frame => FitsReader.ReadPrimaryHeader(frame.Path))];

    /// <summary>How far apart two frames of one chip put what is in truth one place of the sky: rms over the frames, arc seconds.</summary>
    private static double Disagreement(Mosaic mosaic, List<FitsHeader> headers)
    {
        var squares = new List<double>();
        for (var i = 0; i < headers.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (mosaic.Frames[i].Name[^1] != mosaic.Frames[j].Name[^1]) { continue; }
                foreach (var (x, y) in new[] { (100.0, 100.0), (380.0, 100.0), (100.0, 460.0), (380.0, 460.0), (240.0, 280.0) })
                {
                    var sky = mosaic.Frames[i].Truth.PixelToSky(x, y);
                    var there = mosaic.Frames[j].Truth.SkyToPixel(sky.Ra, sky.Dec)!.Value;
                    squares.Add(Math.Pow(StarField.Apart(TanWcs.FromHeader(headers[i]).PixelToSky(x, y), TanWcs.FromHeader(headers[j]).PixelToSky(there.X, there.Y)), 2));
                }
            }
        }

        return Math.Sqrt(squares.Average());
    }
}
