using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

/// <summary>Two chips beside each other, dithered so that stars fall on both, under passing cloud.</summary>
public sealed class GPhotometryTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const double Chip1 = -0.031;
    private static readonly double[] s_clouds = [0, 0.12, 0.05, 0.31];
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Relative_scales_are_recovered_within_their_errors(int seed)
    {
        var run = _files.Run("g-photometry", "reduced", Frames(new StarField(_files, seed, 240, 240, margin: 280)));
        var (found, errors) = Scales(run);
        var truth = Truth();
        for (var i = 0; i < truth.Length; i++)
        {
            errors[i].ShouldBeInRange(1e-4, 0.004);
            (-2.5 * Math.Log10(found[i])).ShouldBe(-(truth[i] - truth.Average()), 4 * errors[i]);
        }

        // Scales are of magnitudes whose mean is 0; nothing ties them to the sky.
        found.Average(s => Math.Log10(s)).ShouldBe(0, 1e-9);
        SkyFrames.Products(run, "reduced").ShouldAllBe(p => !FitsReader.ReadPrimaryHeader(p.Path).Contains("MAGZERO"));
    }

    [Fact]
    public void Standards_give_each_frame_its_zero_point()
    {
        var field = new StarField(_files, 3, 240, 240, margin: 280);
        var run = _files.Run("g-photometry", new() { ["reduced"] = Frames(field), ["standards"] = [field.Standards(every: 3)] });
        var truth = Truth();
        var headers = SkyFrames.Products(run, "reduced").Select(p => FitsReader.ReadPrimaryHeader(p.Path)).ToArray();
        for (var i = 0; i < truth.Length; i++)
        {
            headers[i].GetDouble("MAGZERO").ShouldBe(25 - truth[i], 4 * headers[i].GetDouble("MAGZERR"));
            headers[i].GetDouble("MAGZERR").ShouldBeLessThan(0.005);
            headers[i].GetString("PHOTSOL").ShouldBe("12/0/1");
        }
    }

    [Fact]
    public void Pixels_stay_as_they_are_and_provenance_is_kept()
    {
        var frames = Frames(new StarField(_files, 4, 160, 160, margin: 200));
        var run = _files.Run("g-photometry", "reduced", frames);
        var products = SkyFrames.Products(run, "reduced");
        products.Length.ShouldBe(frames.Length);
        FitsReader.ReadImage(products[0].Path).Pixels.ShouldBe(FitsReader.ReadImage(frames[0].Path).Pixels);
        var first = run.Outputs.EnumerateArray().First(o => o.GetProperty("type").GetString() == "reduced");
        first.GetProperty("metadata").GetProperty("chip").GetString().ShouldBe("ccd50");
        first.GetProperty("derivedFrom").EnumerateArray().Select(e => e.GetString()).ShouldBe([frames[0].Id]);
        FitsReader.ReadTable(run.PathOf("gphotometry")).RowCount.ShouldBe(frames.Length);
    }

    [Fact]
    public void A_coadd_of_the_frames_has_one_scale_and_its_zero_point()
    {
        var field = new StarField(_files, 5, 240, 240, margin: 280);
        var solved = _files.Run("g-photometry", new() { ["reduced"] = Frames(field), ["standards"] = [field.Standards(every: 2)] });
        var coadd = _files.Run("coadd", "regridded", SkyFrames.Products(solved, "reduced"));
        coadd.Log.ShouldContain("as GPhotometry measured");
        var list = FitsReader.ReadTable(_files.Run("source-list", "image", [coadd.AsInput("coadd")]).PathOfKind("sourcelist"));
        var (n, sum, squares) = (0, 0.0, 0.0);
        foreach (var star in field.Stars)
        {
            var row = Enumerable.Range(0, list.RowCount).Where(i => Distance(list, i, star) < 1 && list["FLAGS"].GetInt64(i) == 0 && list["SNR"].GetDouble(i) > 100).Cast<int?>().FirstOrDefault();
            if (row is null) { continue; }
            var difference = list["MAG"].GetDouble(row.Value) - star.Magnitude;
            (n, sum, squares) = (n + 1, sum + difference, squares + (difference * difference));
        }

        // Zero points to 0.005; the Kron aperture of a list leaves out a percent of a star, and photons make a percent at a signal to noise of 100.
        n.ShouldBeGreaterThan(60);
        (sum / n).ShouldBe(0.01, 0.015);
        Math.Sqrt((squares / n) - (sum / n * sum / n)).ShouldBeLessThan(0.02, "under clouds of 0.3 mag and chips of other throughput");
        coadd.Outputs[0].GetProperty("derivedFrom").GetArrayLength().ShouldBe(8);
        Directory.GetFiles(coadd.Folder, "*regridded*").ShouldBeEmpty("what was made on the way is nobody's product");
    }

    [Fact]
    public void Frames_of_two_solutions_are_not_of_one_scale()
    {
        var frames = Frames(new StarField(_files, 6, 160, 160, margin: 200));
        var products = SkyFrames.Products(_files.Run("g-photometry", "reduced", frames), "reduced");
        var image = FitsReader.ReadImage(products[0].Path);
        image.Header.Set("PHOTSOL", "13/0/1");
        products[0] = _files.Write("other", image, "reduced");
        var run = _files.Try("coadd", "regridded", products, new() { ["Coadd.process_params.FLUX_SCALE"] = "stars" });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("2 runs of GPhotometry");
        _files.Run("coadd", "regridded", products).Log.ShouldContain("the levels of the flat fields are used instead");
    }

    [Fact]
    public void Chips_that_share_no_star_stay_at_their_flats_levels()
    {
        var left = new StarField(_files, 7, 200, 200);
        var frames = new[]
        {
            left.Frame(new("l1")), left.Frame(new("l2") { ZeroPoint = 24.9 }),
            left.Frame(new("r1") { Chip = "ccd51", ZeroPoint = 24, Offset = (0, 5000), Header = h => { h.Set("FLATLEV", 30_000.0); h.Set("EXPID", "l1"); } }),
        };
        var run = _files.Run("g-photometry", "reduced", frames);
        var (found, errors) = Scales(run);
        (-2.5 * Math.Log10(found[2] / found[0])).ShouldBe(2.5 * Math.Log10(30_000.0 / 40_000), 1e-3);
        errors[2].ShouldBeGreaterThan(0.01, "the flats tell it to 0.02");
    }

    /// <summary>Left and right chip in each of four exposures.</summary>
    private static TaskInput[] Frames(StarField field)
    {
        (double X, double Y)[] dithers = [(0, 0), (60, 20), (-50, 40), (30, -60)];
        var step = 0.5 * field.Width;
        return
        [
            .. dithers.SelectMany((d, i) => new[]
            {
                field.Frame(new($"a{i}") { Chip = "ccd50", ZeroPoint = 25 - s_clouds[i], Offset = (d.X + step, d.Y), Header = h => h.Set("EXPID", $"e{i}") }),
                field.Frame(new($"b{i}") { Chip = "ccd51", ZeroPoint = 25 - s_clouds[i] - Chip1, Offset = (d.X - step, d.Y), Header = h => h.Set("EXPID", $"e{i}") }),
            }),
        ];
    }

    /// <summary>What is to be subtracted from each frame's magnitudes, less 25.</summary>
    private static double[] Truth() => [.. s_clouds.SelectMany(c => new[] { c, c + Chip1 })];

    private static (double[] Scales, double[] Errors) Scales(TaskRun run)
    {
        var headers = SkyFrames.Products(run, "reduced").Select(p => FitsReader.ReadPrimaryHeader(p.Path)).ToArray();
        return ([.. headers.Select(h => h.GetDouble("FLXSCALE"))], [.. headers.Select(h => h.GetDouble("FLXSERR") / h.GetDouble("FLXSCALE") * 2.5 / Math.Log(10))]);
    }

    private static double Distance(FitsTable list, int row, FieldStar star)
    {
        var ra = 3600 * (list["RA"].GetDouble(row) - star.Ra) * Math.Cos(star.Dec * Math.PI / 180);
        var dec = 3600 * (list["DEC"].GetDouble(row) - star.Dec);
        return Math.Sqrt((ra * ra) + (dec * dec));
    }
}
