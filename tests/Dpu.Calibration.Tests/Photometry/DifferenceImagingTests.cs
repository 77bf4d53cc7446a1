using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

/// <summary>A field under changing seeing and cloud, with one star that varies and one that flares up once.</summary>
public sealed class DifferenceImagingTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const int Variable = 18;
    private const int Nova = 27;
    private const int Flare = 3;
    private static readonly double[] s_seeing = [2.9, 3.4, 3.0, 3.8, 4.4, 3.3];
    private static readonly double[] s_change = [0, 0.2, -0.1, 0.15, -0.2, 0.1];
    private static readonly double[] s_clouds = [0, 0.03, 0.01, 0.1, 0.2, 0];
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_changed_is_measured_within_its_error_and_nothing_else(int seed)
    {
        var field = new StarField(_files, seed, brightest: 15.5, faintest: 17.5);
        var (run, _) = Run(field);
        var tables = FitsReader.ReadAll(run.PathOf("lightcurves")).OfType<FitsTableHdu>().Select(h => h.Table).ToArray();
        var (stars, curves, candidates) = (tables[0], tables[1], tables[2]);
        var variable = Row(stars, field.Stars[Variable]);
        var called = Enumerable.Range(0, stars.RowCount).Where(i => stars["VARIABLE"].GetInt64(i) == 1).ToArray();
        called.ShouldBe([variable]);

        var rows = Enumerable.Range(0, curves.RowCount).Where(i => curves["NUMBER"].GetInt64(i) == variable + 1).ToArray();
        rows.Length.ShouldBe(s_seeing.Length);
        var flux = Math.Pow(10, -0.4 * (field.Stars[Variable].Magnitude - 25));
        for (var i = 1; i < rows.Length; i++)
        {
            var truth = flux * (Math.Pow(10, -0.4 * s_change[i]) - Math.Pow(10, -0.4 * s_change[0]));
            var (one, other) = (curves["DFLUXERR"].GetDouble(rows[i]), curves["DFLUXERR"].GetDouble(rows[0]));

            // The scale is the reference's, made of the two sharpest frames, to the error of its flux: a part in three hundred.
            (curves["DFLUX"].GetDouble(rows[i]) - curves["DFLUX"].GetDouble(rows[0])).ShouldBe(truth, (4 * Math.Sqrt((one * one) + (other * other))) + (Math.Abs(truth) / 100));
        }

        candidates.RowCount.ShouldBe(1);
        candidates["MJD"].GetDouble(0).ShouldBe(51662 + Flare);
        candidates["RA"].GetDouble(0).ShouldBe(field.Stars[Nova].Ra, 0.3 * SkyFrames.Scale / 3600);
        candidates["DFLUX"].GetDouble(0).ShouldBe(Math.Pow(10, -0.4 * (16.5 - 25)), 0.05 * Math.Pow(10, -0.4 * (16.5 - 25)));
    }

    [Fact]
    public void Stars_vanish_from_a_difference_to_their_noise()
    {
        var field = new StarField(_files, 3, brightest: 15.5, faintest: 17.5);
        var (run, _) = Run(field);
        var headers = SkyFrames.Products(run, "difference").Select(p => FitsReader.ReadPrimaryHeader(p.Path)).ToArray();
        for (var i = 0; i < headers.Length; i++)
        {
            // Interpolation leaves 0.8 of a pixel's variance. Half of the reference is one of the two sharpest frames itself: half of the variance goes. The others have that of the reference on top, smoothed by the kernel.
            var (low, high) = i is 0 or 2 ? (0.35, 0.6) : (0.7, 1.4);
            headers[i].GetDouble("KERNCHI2").ShouldBeInRange(low, high);
            headers[i].GetDouble("DIFFSCAT").ShouldBeLessThan(1.6);
        }

        var sums = SkyFrames.Products(run, "difference").Select(p => FitsReader.ReadPrimaryHeader(p.Path).GetDouble("KERNSUM")).ToArray();
        for (var i = 0; i < sums.Length; i++) { (-2.5 * Math.Log10(sums[i] / sums[0])).ShouldBe(s_clouds[i] - s_clouds[0], 0.01); }
    }

    [Fact]
    public void The_reference_is_made_of_the_sharpest()
    {
        var (_, reference) = Run(new StarField(_files, 4, 240, 240));
        reference.Log.ShouldContain("2 of 6 exposures are used");
        reference.Outputs[0].GetProperty("derivedFrom").EnumerateArray().Select(e => Path.GetFileName(e.GetString()!)[3..5]).ShouldBe(["e0", "e2"], ignoreOrder: true);
    }

    [Fact]
    public void Frames_without_stars_are_left_out_and_without_any_there_is_no_reference()
    {
        var image = Imaging.TestSky.Blank(200, 200, 10, 1, 5);
        SkyFrames.Wcs(0, 0, 0, 200, 200).WriteTo(image.Header);
        image.Header.Set("BUNIT", "count/s");
        var empty = SkyFrames.Products(_files.Run("regrid", "reduced", [_files.Write("empty", image, "reduced")]), "regridded");
        var run = _files.Try("reference", "regridded", empty);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("empty_regridded");
        var (_, reference) = Run(new StarField(_files, 5, 200, 200));
        run = _files.Try("m-dia", new() { ["regridded"] = empty, ["reference"] = [reference.AsInput("reference")] });
        run.ExitCode.ShouldBe(65);
        run.Log.ShouldContain("is left out");
    }

    private (TaskRun Run, TaskRun Reference) Run(StarField field)
    {
        var frames = s_seeing.Select((fwhm, i) => field.Frame(new($"e{i}")
        {
            Fwhm = fwhm,
            Mjd = 51662 + i,
            ZeroPoint = 25 - s_clouds[i],
            Offset = (0.3 * i, -0.45 * i),
            Change = star => star == Variable ? s_change[i] : star == Nova ? (i == Flare ? 16.5 - field.Stars[Nova].Magnitude : 30) : 0,
        })).ToArray();
        var regridded = SkyFrames.Products(_files.Run("regrid", "reduced", frames), "regridded");
        var reference = _files.Run("reference", "regridded", regridded, new() { ["ReferenceFrame.process_params.EXPOSURES"] = "2" });
        return (_files.Run("m-dia", new() { ["regridded"] = regridded, ["reference"] = [reference.AsInput("reference")] }), reference);
    }

    private static int Row(FitsTable stars, FieldStar star) =>
        Enumerable.Range(0, stars.RowCount).MinBy(i => Math.Abs(stars["RA"].GetDouble(i) - star.Ra) + Math.Abs(stars["DEC"].GetDouble(i) - star.Dec));
}
