using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Science;

public sealed class RegridCoaddTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const double Flux = 2000;
    private static readonly (double Ra, double Dec, double Flux)[] s_stars =
        [(SkyFrames.Ra + 0.002, SkyFrames.Dec + 0.001, Flux), (SkyFrames.Ra - 0.004, SkyFrames.Dec - 0.003, Flux)];

    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_regridded_frame_lies_on_the_common_grid_and_keeps_its_stars()
    {
        var wcs = SkyFrames.Wcs(0.3, 20, -15, 256, 320);
        var reduced = _files.Reduced("a", wcs, 256, 320, sky: 50, noise: 0.02, s_stars, seed: 1);
        var run = _files.Run("regrid", "reduced", [reduced]);
        var product = SkyFrames.Products(run, "regridded").Single();
        var image = FitsReader.ReadImage(product.Path);
        var target = TanWcs.FromHeader(image.Header);
        (target.Crval1, target.Crval2).ShouldBe((SkyFrames.Ra, SkyFrames.Dec));
        (target.Cd12, target.Cd21).ShouldBe((0, 0));
        target.Cd11.ShouldBe(-SkyFrames.Scale / 3600, 1e-12);
        (target.Crpix1 % 1).ShouldBe(0);
        (target.Crpix2 % 1).ShouldBe(0);

        // Turned by 0.3 degrees, a rectangle needs sin(0.3 deg) times the other side more, and whole pixels.
        image.Width.ShouldBeInRange(256 + 1, 256 + 4);
        image.Height.ShouldBeInRange(320 + 1, 320 + 4);
        var weights = FitsReader.ReadImage(product.Path, WeightExtension.Find(product.Path));
        for (var i = 0; i < image.Pixels.Length; i++) { float.IsNaN(image.Pixels[i]).ShouldBe(weights.Pixels[i] == 0); }
        weights.Pixels.Where(w => w > 0).ShouldAllBe(w => Math.Abs((w * 0.02 * 0.02) - 1) < 0.2);
        foreach (var star in s_stars)
        {
            var (x, y) = target.SkyToPixel(star.Ra, star.Dec)!.Value;
            var source = TestSky.Find(Copy(image)).At(x - 1, y - 1);
            source.X.ShouldBe(x - 1, 0.004);
            source.Y.ShouldBe(y - 1, 0.004);

            // The Kron aperture of 3.5 widths holds 99.8%; noise of 0.02 on 180 pixels is 0.3.
            source.FluxAuto.Value.ShouldBe(Flux, 0.005 * Flux);
        }
    }

    [Fact]
    public void Tasks_that_know_nothing_of_each_other_find_one_grid()
    {
        var header = new FitsHeader();
        header.Set("RA_TARG", 10.5);
        header.Set("DEC_TARG", -5.25);
        var one = SkyGrid.Of(header, SkyFrames.Wcs(0.05, 2000, 0, 100, 100), null, null);
        var two = SkyGrid.Of(header, SkyFrames.Wcs(-0.08, -2000, 500, 100, 100), null, null);
        one.ShouldBe(two);
        one.ShouldBe(new SkyGrid(10.5, -5.25, SkyFrames.Scale));
        SkyGrid.Of(header, SkyFrames.Wcs(0, 0, 0, 100, 100), 0.5, (1, 2)).ShouldBe(new SkyGrid(1, 2, 0.5));
    }

    [Theory]
    [InlineData(10.4, 20.3, 20.0)]
    [InlineData(0.2, -20.3, -20.0)]
    [InlineData(359.8, 0.1, 0.0)]
    public void Without_a_target_pointings_of_a_field_share_a_cell(double ra, double dec, double cellDec)
    {
        var header = new FitsHeader();
        header.Set("RA", ra);
        header.Set("DEC", dec);
        var grid = SkyGrid.Of(header, SkyFrames.Wcs(0, 0, 0, 10, 10), null, null);
        grid.Dec.ShouldBe(cellDec);

        // Cells divide the circle evenly: at 20 degrees there are 338 of 1.065 degrees, so that the nearest is 0.53 away at most.
        Math.Abs(Math.IEEERemainder(grid.Ra - ra, 360)).ShouldBeLessThanOrEqualTo(0.54);
        header.Set("RA", ra + 0.01);
        header.Set("DEC", dec - 0.01);
        SkyGrid.Of(header, SkyFrames.Wcs(0, 0, 0, 10, 10), null, null).ShouldBe(grid);
    }

    [Fact]
    public void A_grid_covers_a_turned_frame_and_no_more()
    {
        var wcs = SkyFrames.Wcs(37, 30, -600, 200, 100);
        var grid = new SkyGrid(SkyFrames.Ra, SkyFrames.Dec, SkyFrames.Scale);
        var area = grid.Cover(wcs, 200, 100);
        var map = new TangentMap(wcs, grid.WcsAt(area.X, area.Y));
        var corners = new[] { map.Map(0.5, 0.5), map.Map(200.5, 0.5), map.Map(0.5, 100.5), map.Map(200.5, 100.5) };
        corners.ShouldAllBe(c => c.X > 0.499 && c.X < area.Width + 0.501 && c.Y > 0.499 && c.Y < area.Height + 0.501);
        corners.Min(c => c.X).ShouldBeLessThan(1.5);
        corners.Max(c => c.X).ShouldBeGreaterThan(area.Width - 0.5);
        corners.Min(c => c.Y).ShouldBeLessThan(1.5);
        corners.Max(c => c.Y).ShouldBeGreaterThan(area.Height - 0.5);
    }

    [Fact]
    public void Dithered_frames_of_two_chips_add_up_to_one_sky()
    {
        const double Noise = 0.5;
        var frames = new[]
        {
            Frame("a", 0.1, 0, 0, Noise, 1, response: 1.0), Frame("b", 0.1, 12.3, -7.6, Noise, 2, response: 1.0),
            Frame("c", -0.2, -9.1, 14.4, Noise, 3, response: 0.8), Frame("d", -0.2, 5.5, 3.3, Noise, 4, response: 0.8),
        };
        var regridded = frames.Select(f => SkyFrames.Products(_files.Run("regrid", "reduced", [f]), "regridded").Single()).ToArray();
        var run = _files.Run("coadd", "regridded", regridded);
        var product = SkyFrames.Products(run, "coadd").Single();
        var image = FitsReader.ReadImage(product.Path);
        image.Header.GetDouble("EXPTIME").ShouldBe(240);
        image.Header.GetInt64("NCOMBINE").ShouldBe(4);
        image.Header.GetInt64("NEXP").ShouldBe(4);
        image.Header.GetDouble("GAIN").ShouldBeInRange(180, 240);
        var wcs = TanWcs.FromHeader(image.Header);
        var weights = FitsReader.ReadImage(product.Path, 1);
        var (x, y) = wcs.SkyToPixel(SkyFrames.Ra, SkyFrames.Dec)!.Value;
        var (cx, cy) = ((int)x, (int)y);

        // Scaled to the mean response of 0.9, the noise of the chips is 0.45 and 0.5625: weights 2 x 4.94 + 2 x 3.16 = 16.2,
        // each known to some per cent from 8 cells of background.
        ((double)weights[cx, cy]).ShouldBe(16.2, 0.15 * 16.2);
        var sky = Enumerable.Range(0, 1600).Select(i => image[cx - 60 + (i % 40), cy + 20 + (i / 40)]).ToArray();
        RobustStatistics.MeanAndSigma(sky).Sigma.ShouldBeInRange(0.8 / Math.Sqrt(16.2), 1.1 / Math.Sqrt(16.2));
        var found = TestSky.Find(Copy(image));
        foreach (var star in s_stars)
        {
            var at = wcs.SkyToPixel(star.Ra, star.Dec)!.Value;
            var source = found.At(at.X - 1, at.Y - 1);

            // 2000 x 0.9 against a noise of 0.25 on 180 pixels: 3.4, or 0.2%; positions 3.5 / 2.35 / 700 = 0.002.
            source.FluxAuto.Value.ShouldBe(0.9 * Flux, 0.01 * Flux);
            source.X.ShouldBe(at.X - 1, 0.015);
            source.Y.ShouldBe(at.Y - 1, 0.015);
        }
    }

    [Fact]
    public void A_cosmic_ray_in_one_frame_does_not_reach_the_coadd()
    {
        var frames = Enumerable.Range(0, 3).Select(i => Regridded($"r{i}", level: 0.1f * i, ray: i == 1)).ToArray();
        var image = FitsReader.ReadImage(SkyFrames.Products(_files.Run("coadd", "regridded", frames), "coadd").Single().Path);
        image[20, 20].ShouldBe(0.1f, 1e-4f);
        var median = FitsReader.ReadImage(SkyFrames.Products(
            _files.Run("coadd", "regridded", frames, new() { ["Coadd.process_params.COMBINE"] = "median" }), "coadd").Single().Path);
        median[20, 20].ShouldBe(0.2f, 1e-4f);
    }

    [Fact]
    public void Frames_that_cannot_be_added_are_refused_by_name()
    {
        var one = Regridded("one", 0, false);
        var elsewhere = Regridded("elsewhere", 0, false, ra: SkyFrames.Ra + 0.1);
        var half = Regridded("half", 0, false, crpix: 10.5);
        var other = Regridded("other", 0, false, filter: "#845");
        Refused([one, elsewhere]).ShouldContain("elsewhere.fits");
        Refused([one, half]).ShouldContain("half.fits");
        Refused([one, other]).ShouldContain("#845");
        var unweighted = _files.Write("unweighted", TestSky.Blank(10, 10), "regridded");
        Refused([unweighted]).ShouldContain("WEIGHT");
    }

    [Theory]
    [InlineData("Regrid.process_params.PIXEL_SCALE", "-1")]
    [InlineData("Regrid.process_params.RA_CENTER", "53")]
    [InlineData("Regrid.process_params.BACK_FILTERSIZE", "4")]
    [InlineData("Regrid.process_params.PIXELSCALE", "1")]
    public void Wrong_parameters_are_refused(string key, string value)
    {
        var reduced = _files.Reduced("p", SkyFrames.Wcs(0, 0, 0, 64, 64), 64, 64, 1, 0.1, [], 1);
        var run = _files.Try("regrid", "reduced", [reduced], new() { [key] = value });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("Regrid.process_params.");
    }

    private string Refused(TaskInput[] frames)
    {
        var run = _files.Try("coadd", "regridded", frames);
        run.ExitCode.ShouldBe(2);
        return run.Errors;
    }

    private TaskInput Frame(string name, double turned, double dx, double dy, double noise, int seed, double response) => _files.Reduced(
        name, SkyFrames.Wcs(turned, dx, dy, 300, 260), 300, 260, sky: 30, noise, s_stars, seed, response);

    private TaskInput Regridded(
        string name, float level, bool ray, double ra = SkyFrames.Ra, double crpix = 10, string filter = "#842")
    {
        var image = TestSky.Blank(40, 40, level);
        if (ray) { image[20, 20] = 900; }
        (SkyFrames.Wcs(0, 0, 0, 2, 2) with { Crval1 = ra, Crpix1 = crpix, Crpix2 = 10 }).WriteTo(image.Header);
        image.Header.Set("EXPTIME", 60.0);
        image.Header.Set("EXPID", name);
        var weights = TestSky.Blank(40, 40, level: 100);
        weights.Header.Set("EXTNAME", "WEIGHT");
        var input = _files.Write(name, image, "regridded", filter);
        FitsWriter.Write(input.Path, [new FitsImageHdu(image), new FitsImageHdu(weights)]);
        return input;
    }

    private static FitsImage Copy(FitsImage image) => new(image.Width, image.Height, [.. image.Pixels]);
}
