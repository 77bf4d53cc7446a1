using Dpu.Calibration.Contract;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

public sealed class IlluminationTests(Observatory desk) : IClassFixture<Observatory>, IDisposable
{
    private const string Prefix = "IlluminationCorrection.process_params.";
    private const int Side = 320;
    private readonly SkyFrames _files = new(desk);

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void It_is_recovered_from_standard_stars_within_its_error(int seed)
    {
        var field = new StarField(_files, seed);
        var run = _files.Run("illumination", new() { ["photcat"] = [Catalog(field, "one", (0, 0))], ["standards"] = [field.Standards()] });
        Check(run, 0.005);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void It_is_recovered_from_dithers_alone(int seed)
    {
        var field = new StarField(_files, seed, margin: 100);
        TaskInput[] dithers =
        [
            Catalog(field, "a", (0, 0)), Catalog(field, "b", (90, 10), 0.011), Catalog(field, "c", (-80, 20), -0.006),
            Catalog(field, "d", (10, 95)), Catalog(field, "e", (-15, -90), 0.008), Catalog(field, "f", (70, -75)), Catalog(field, "g", (-60, 65)),
        ];
        var run = _files.Run("illumination", "photcat", dithers);

        // Gradients are told by exposures that differ by 0.01: over steps of half the chip's half width, seven times, 0.01 on each axis.
        Check(run, 0.012);
        run.Log.ShouldContain(" 0 of them standards");
    }

    [Fact]
    public void Photcat_takes_it_off_and_a_second_map_does_not_miss_it()
    {
        var field = new StarField(_files, 5);
        var first = _files.Run("illumination", new() { ["photcat"] = [Catalog(field, "one", (0, 0))], ["standards"] = [field.Standards()] });
        var even = _files.Run("photcat", new()
        {
            ["frame"] = [Frame(field, "two", (0, 0))],
            ["illumination"] = [Of(first, "illumination")],
            ["standards"] = [field.Standards()],
        });
        var catalog = PhotcatTests.Catalog(even);
        var surface = IlluminationSurface.Read(Of(first, "illumination"));
        foreach (var star in catalog.Stars) { star.Illumination.ShouldBe(surface.At(star.X, star.Y), 1e-9); }
        even.Output("photcat").GetProperty("derivedFrom").GetArrayLength().ShouldBe(3);

        // The map's peak to valley is 0.17: what is left of it in the magnitudes is its error and the stars' own.
        var left = catalog.Stars.Where(s => s.IsClean && s.IsStandard).Select(s => s.Magnitude - s.Reference).ToArray();
        Math.Sqrt(left.Average(v => Math.Pow(v - left.Average(), 2))).ShouldBeLessThan(0.02);
        var second = _files.Run("illumination", new() { ["photcat"] = [Of(even, "photcat")], ["standards"] = [field.Standards()] });
        Check(second, 0.005);
    }

    [Fact]
    public void A_cloudy_night_is_told_to_the_recipe_and_the_error_grows()
    {
        var field = new StarField(_files, 9, margin: 100);
        TaskInput[] dithers = [Catalog(field, "a", (0, 0)), Catalog(field, "b", (90, 10), 0.1), Catalog(field, "c", (-80, 20), -0.2), Catalog(field, "d", (10, 95), 0.1)];
        var refused = _files.Try("illumination", "photcat", dithers, new() { [Prefix + "EXPOSURE_ERROR"] = "0.2" });
        refused.ExitCode.ShouldBe(65);
        refused.Errors.ShouldContain("RESULT_ERROR_MAX allows 0.05");
        var run = _files.Run("illumination", "photcat", dithers, new() { [Prefix + "EXPOSURE_ERROR"] = "0.2", [Prefix + "RESULT_ERROR_MAX"] = "1" });
        run.Figure("illumination", "illuminationerror").ShouldBeGreaterThan(0.1);
        Check(run, 0.5);
    }

    [Fact]
    public void One_frame_without_standards_tells_nothing()
    {
        var run = _files.Try("illumination", "photcat", [Catalog(new StarField(_files, 6), "one", (0, 0))]);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("Dithered frames");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("6")]
    public void An_order_that_is_not_there_is_refused(string order)
    {
        var run = _files.Try("illumination", "photcat", [Catalog(new StarField(_files, 6, 100, 100), "one", (0, 0))], new() { [Prefix + "ORDER"] = order });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("1 to 5 is needed");
    }

    [Fact]
    public void Regridded_frames_are_no_longer_on_the_detector_and_are_not_corrected()
    {
        var field = new StarField(_files, 7);
        var map = _files.Run("illumination", new() { ["photcat"] = [Catalog(field, "one", (0, 0))], ["standards"] = [field.Standards()] });
        var regridded = SkyFrames.Products(_files.Run("regrid", "reduced", [Frame(field, "two", (0, 0))]), "regridded");
        var run = _files.Run("photcat", new() { ["frame"] = regridded, ["illumination"] = [Of(map, "illumination")] });
        run.Log.ShouldContain("regridded frames are not corrected");
        PhotcatTests.Catalog(run).Stars.ShouldAllBe(s => s.Illumination == 0);
        run.Output("photcat").GetProperty("derivedFrom").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public void A_map_of_another_size_is_refused()
    {
        var field = new StarField(_files, 7);
        var map = _files.Run("illumination", new() { ["photcat"] = [Catalog(field, "one", (0, 0))], ["standards"] = [field.Standards()] });
        var run = _files.Try("photcat", new() { ["frame"] = [new StarField(_files, 8, 100, 120).Frame(new("small"))], ["illumination"] = [Of(map, "illumination")] });
        run.ExitCode.ShouldBe(2);
        run.Errors.ShouldContain("100 x 120");
    }

    /// <summary>Magnitudes lost at a place of the frame: up to 0.12 towards one side, and curved.</summary>
    private static double Truth(double x, double y)
    {
        var (u, v) = ((2 * (x - 0.5) / Side) - 1, (2 * (y - 0.5) / Side) - 1);
        return (0.05 * u) - (0.03 * v) + (0.04 * u * u) + (0.02 * u * v) - (0.01 * v * v);
    }

    /// <summary>
    /// The stated error is the rms over the chip, of five coefficients: the square of the true rms in its units is a mean over chi² of five, at most 4 with a probability of 0.1%.
    /// </summary>
    private static void Check(TaskRun run, double errorMax)
    {
        var image = FitsReader.ReadImage(run.PathOf("illumination"));
        var (sum, squares, mean, n) = (0.0, 0.0, 0.0, 0);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var found = -2.5 * Math.Log10(image[x, y]);
                (sum, mean, n) = (sum + found - Truth(x + 1, y + 1), mean + found, n + 1);
                squares += Math.Pow(found - Truth(x + 1, y + 1) + (0.03 / 3), 2);
            }
        }

        // Of the truth's terms the squares have a mean over the chip: 0.04 / 3 - 0.01 / 3, which the map leaves out.
        (mean / n).ShouldBe(0, 1e-4);
        var error = run.Figure("illumination", "illuminationerror");
        error.ShouldBeLessThan(errorMax);
        Math.Sqrt(squares / n).ShouldBeLessThan(2 * error);
        (sum / n).ShouldBe(-0.01, 2e-4);
    }

    private TaskInput Frame(StarField field, string name, (double X, double Y) offset, double zero = 0) =>
        field.Frame(new(name) { Offset = offset, Illumination = Truth, ZeroPoint = 25 + zero });

    private TaskInput Catalog(StarField field, string name, (double X, double Y) offset, double zero = 0) =>
        Of(_files.Run("photcat", "frame", [Frame(field, name, offset, zero)]), "photcat");

    private static TaskInput Of(TaskRun run, string type) =>
        Observatory.Input(Path.Combine(run.Folder, run.Outputs.EnumerateArray().Single(o => o.GetProperty("type").GetString() == type).GetProperty("path").GetString()!), type);
}
