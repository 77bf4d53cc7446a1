using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

/// <summary>A night of biases, darks and a ramp of dome flats of one small chip, with a dark current and a slow shutter.</summary>
public sealed class DetectorNight() : Observatory(raw => new SimulationOptions
{
    Output = raw,
    Seed = 21,
    Chips = 1,
    Width = 224,
    Height = 256,
    Domes = 0,
    Twilights = 0,
    Exposures = 0,
    Stars = 0,
    Darks = 4,
    Ramp = 4,
    DarkCurrent = 0.05,
    ShutterDelay = 0.1,
});

/// <summary>Each recipe recovers what the simulation put in, within the error that it states; and the error is what the noise makes it.</summary>
public sealed class DetectorTests(DetectorNight night) : IClassFixture<DetectorNight>
{
    // Four standard errors are exceeded once in sixteen thousand times; the seed is fixed.
    private const double Sigmas = 4;
    private const int Pixels = 192 * 256;

    // Counts are whole numbers: rounding adds the variance of a uniform distribution.
    private double ReadNoise => Math.Sqrt((night.Truth.ReadNoise * night.Truth.ReadNoise) + (1 / 12.0));

    private TaskInput Bias => night.Run("bias", new() { ["bias"] = night.Raw("bias") }).AsInput("bias");

    private TaskInput DomeFlat(TaskInput bias) => night.Run("dome-flat", new() { ["flat"] = night.Raw("domeflat"), ["bias"] = [bias] }).AsInput("dome-flat");

    [Fact]
    public void The_dark_current_is_found_within_its_error()
    {
        var run = night.Run("dark-current", new() { ["dark"] = night.Raw("dark"), ["bias"] = [Bias] });
        var error = run.Figure("dark-current", "darkcurrenterror");
        run.Figure("dark-current", "darkcurrent").ShouldBe(0.05 / night.Truth.Gain, Sigmas * error);
        // Four darks and five biases, each with an overscan of 16 x 256 pixels; 15 electrons of dark current in a dark.
        var electrons = 0.05 * 300 / night.Truth.Gain / night.Truth.Gain;
        var pixels = ((ReadNoise * ReadNoise * ((1 / 4.0) + (1 / 5.0))) + (electrons / 4)) / Pixels;
        var overscan = ReadNoise * ReadNoise * ((1 / 4.0) + (1 / 5.0)) / (16 * 256);
        error.ShouldBe(Math.Sqrt(pixels + overscan) / 300, 0.05 * error);
    }

    [Fact]
    public void The_dark_current_of_a_hot_pixel_stands_in_the_map()
    {
        var run = night.Run("dark-current", new() { ["dark"] = night.Raw("dark"), ["bias"] = [Bias] });
        var map = FitsReader.ReadImage(run.PathOf("dark-current"));
        var hot = night.Truth.HotPixels.MaxBy(p => p.Value);
        // The simulation's hot pixels double their charge in 600 s.
        var expected = (hot.Value / 600) + (0.05 / night.Truth.Gain);
        map[hot.X - 1 - Camera.OverscanColumns, hot.Y - 1].ShouldBe((float)expected, (float)(5 * ReadNoise / 300));
    }

    [Fact]
    public void Darks_of_another_exposure_time_are_left_out_and_said_to_be()
    {
        var darks = night.Raw("dark");
        var image = FitsReader.ReadImage(darks[0].Path);
        image.Header.Set("EXPTIME", 10.0);
        darks[0] = Observatory.Input(Path.Combine(night.Root, "short.fits"), "raw-dark");
        FitsWriter.WriteImage(darks[0].Path, image, FitsPixelType.UInt16);
        var run = night.Run("dark-current", new() { ["dark"] = darks, ["bias"] = [Bias] });
        run.Figure("dark-current", "frames").ShouldBe(3);
        run.Log.ShouldContain("Leaving out RawDarkFrame short.fits: its exposure time is not 300.0 s");
        var two = night.Try("dark-current", new() { ["dark"] = darks[..3], ["bias"] = [Bias] });
        two.ExitCode.ShouldBe(65);
        two.Errors.ShouldContain("2 of 3 dark frames have the exposure time 300.0 s; 3 of one time are needed.");
    }

    [Fact]
    public void A_dark_without_time_is_bad_data()
    {
        var image = FitsReader.ReadImage(night.Raw("dark")[0].Path);
        image.Header.Set("EXPTIME", 0.0);
        var none = Path.Combine(night.Root, "none.fits");
        FitsWriter.WriteImage(none, image, FitsPixelType.UInt16);
        var run = night.Try("dark-current", new() { ["dark"] = [.. night.Raw("dark"), Observatory.Input(none, "raw-dark")], ["bias"] = [Bias] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("none.fits: EXPTIME is 0; a dark frame needs a time above 0.");
    }

    [Fact]
    public void Exactly_the_cold_pixels_are_marked()
    {
        var run = night.Run("cold-pixels", new() { ["flat"] = [DomeFlat(Bias)] });
        var mask = FitsReader.ReadImage(run.PathOf("cold-pixels"));
        Enumerable.Range(0, mask.Pixels.Length).Where(i => mask.Pixels[i] != 0).ShouldBe(night.Truth.ColdPixels.Select(Index).Order());
        run.Figure("cold-pixels", "coldpixels").ShouldBe(night.Truth.ColdPixels.Count);
    }

    [Fact]
    public void The_gain_is_found_within_its_error()
    {
        var run = Gain(night.Raw("domeflat"));
        var error = run.Figure("gain", "gainerror");
        run.Figure("gain", "gain").ShouldBe(night.Truth.Gain, Sigmas * error);
        // Four pairs, each a variance of as many differences as there are pixels.
        error.ShouldBe(night.Truth.Gain * Math.Sqrt(2.0 / Pixels / 4), 0.05 * error);
        run.Figure("gain", "pairs").ShouldBe(4);
        // Of three degrees of freedom: 0.02 to 6.
        run.Figure("gain", "chisquare").ShouldBeInRange(0.02, 6);
        FitsReader.ReadTable(run.PathOf("gain"))["LEVEL"].GetDouble(0).ShouldBeGreaterThan(5000);
    }

    /// <summary>The lamp of the second flat is 5% brighter: taken for equal, the levels would bend the gain by as much of their response's pattern.</summary>
    [Fact]
    public void Flats_of_a_pair_need_not_be_equally_bright()
    {
        var raws = night.Raw("domeflat");
        var plan = FramePlan.Night(night.Options).Last(p => p.Type == "domeflat");
        var camera = new Camera(night.Options);
        var brighter = new FrameMaker(night.Options, camera, new SkyModel(camera, night.Options)).Make(night.Truth, plan with { Electrons = 1.05 * plan.Electrons });
        var path = Path.Combine(night.Root, "brighter.fits");
        FitsWriter.WriteImage(path, brighter, FitsPixelType.UInt16);
        var run = Gain([raws[^2], Observatory.Input(path, "raw-domeflat")]);
        run.Figure("gain", "gain").ShouldBe(night.Truth.Gain, Sigmas * run.Figure("gain", "gainerror"));
    }

    [Fact]
    public void Flats_without_a_partner_are_no_pair()
    {
        var raws = night.Raw("domeflat");
        var run = TryGain([raws[0], raws[2]]);
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("None of the pairs among 2 flats can be used; two flats of one filter and exposure time");
    }

    [Fact]
    public void A_saturated_pair_is_left_out()
    {
        var raws = night.Raw("domeflat");
        var white = FitsReader.ReadImage(raws[0].Path);
        white.Pixels.AsSpan().Fill(60_000);
        white.Header.Set("EXPTIME", 99.0);
        TaskInput[] saturated = [Observatory.Input(Path.Combine(night.Root, "white1.fits"), "raw-domeflat"), Observatory.Input(Path.Combine(night.Root, "white2.fits"), "raw-domeflat")];
        foreach (var input in saturated)
        {
            FitsWriter.WriteImage(input.Path, white, FitsPixelType.UInt16);
        }
        Gain([.. raws, .. saturated]).Figure("gain", "pairs").ShouldBe(4);
    }

    [Fact]
    public void The_shutter_is_found_within_its_error()
    {
        var run = night.Run("shutter", new() { ["flat"] = night.Raw("domeflat"), ["bias"] = [Bias] });
        var effects = new DetectorEffects(night.Options, new Camera(night.Options));
        var error = run.Figure("shutter", "shuttererror");
        // The mean over the light of the chip: a dark corner counts less.
        var truth = Enumerable.Range(0, Pixels).Sum(i => night.Truth.Response[i] * effects.ShutterSeconds(i % 192, i / 192)) / night.Truth.Response.Sum(r => (double)r);
        run.Figure("shutter", "shutter").ShouldBe(truth, Sigmas * error);
        error.ShouldBeLessThan(0.001);
        var map = FitsReader.ReadImage(run.PathOf("shutter"));
        var boxError = run.Figure("shutter", "boxerror");
        boxError.ShouldBeLessThan(0.005);
        for (var box = 0; box < 48; box++)
        {
            var (x0, y0) = (box % 6 * 32, box / 6 * 32);
            var expected = Enumerable.Range(0, 1024).Average(i => effects.ShutterSeconds(x0 + (i % 32), y0 + (i / 32)));
            var found = (map[x0 + 15, y0 + 15] + map[x0 + 16, y0 + 16]) / 2.0;
            found.ShouldBe(expected, 5 * boxError, $"box {box}");
        }
    }

    [Fact]
    public void A_shutter_needs_flats_of_two_times()
    {
        var run = night.Try("shutter", new() { ["flat"] = night.Raw("domeflat")[..2], ["bias"] = [Bias] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("2 of 2 flats can be used, of 1 exposure time; well exposed flats of at least two times are needed");
    }

    private TaskRun Gain(TaskInput[] flats)
    {
        var run = TryGain(flats);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run;
    }

    private TaskRun TryGain(TaskInput[] flats) => night.Try("gain", new()
    {
        ["flat"] = flats,
        ["bias"] = [Bias],
        ["readnoise"] = [night.Run("read-noise", new() { ["bias"] = night.Raw("bias") }).AsInput("readnoise")],
    });

    private static int Index(OddPixel p) => ((p.Y - 1) * 192) + p.X - 1 - Camera.OverscanColumns;
}
