using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

/// <summary>Dithered exposures of one chip under a sky with fringes.</summary>
public sealed class FringedNight() : Observatory(raw => new SimulationOptions
{
    Output = raw,
    Seed = 31,
    Chips = 1,
    Width = 512,
    Height = 480,
    Domes = 0,
    Twilights = 0,
    Exposures = 5,
    ExposureSeconds = 300,
    Stars = 60,
    FringeAmplitude = 0.03,
});

/// <summary>What the night sky shows: its flat field, its fringes, its background.</summary>
public sealed class NightSkyTests(FringedNight night) : IClassFixture<FringedNight>
{
    private const double Sigmas = 4;

    // The smoothing is one-sided at the edges, where it leaves less of the fringes.
    private const int Margin = 60;
    private const int Width = 480;
    private const int Height = 480;

    private DetectorEffects Effects => new(night.Options, new Camera(night.Options));

    private TaskInput Bias => night.Run("bias", new() { ["bias"] = night.Raw("bias") }).AsInput("bias");

    [Fact]
    public void The_fringes_are_found_within_their_error()
    {
        var run = night.Run("fringe-flat", new() { ["science"] = night.Raw("science"), ["bias"] = [Bias], ["flat"] = [PerfectFlat()] });
        var image = FitsReader.ReadImage(run.PathOf("fringe-flat"));
        var noise = run.Figure("fringe-flat", "noise");
        // 2400 electrons of sky in each of five frames.
        noise.ShouldBe(Math.Sqrt(1 / (5 * 2400.0 * night.Truth.Response.Average())), 0.1 * noise);
        var (sumTruth, sumProduct, residuals, count) = (0.0, 0.0, 0.0, 0);
        foreach (var i in Inside().Where(i => float.IsFinite(image.Pixels[i])))
        {
            var truth = Effects.Fringe(0, i % Width, i / Width);
            sumTruth += truth * truth;
            sumProduct += truth * image.Pixels[i];
            residuals += Math.Pow(image.Pixels[i] - truth, 2);
            count++;
        }
        (sumProduct / sumTruth).ShouldBe(1, Sigmas * noise / Math.Sqrt(sumTruth));
        Math.Sqrt(residuals / count).ShouldBe(noise, 0.03 * noise);
        run.Figure("fringe-flat", "fringerms").ShouldBe(0.03 / Math.Sqrt(2), Sigmas * run.Figure("fringe-flat", "fringermserror"));
    }

    [Fact]
    public void A_sky_without_fringes_has_none_within_the_error()
    {
        var options = night.Options with { Output = Path.Combine(night.Root, "smooth"), FringeAmplitude = 0, Biases = 0 };
        Simulator.Write(options);
        TaskInput[] science = [.. Directory.GetFiles(options.Output, "*_science_*.fits").Select(p => Observatory.Input(p, "raw-science"))];
        var run = night.Run("fringe-flat", new() { ["science"] = science, ["bias"] = [Bias], ["flat"] = [PerfectFlat()] });
        run.Figure("fringe-flat", "fringerms").ShouldBeLessThan(Sigmas * run.Figure("fringe-flat", "fringermserror"));
    }

    [Fact]
    public void The_night_sky_flat_is_the_response_under_that_sky_within_its_noise()
    {
        var run = night.Run("night-sky-flat", new() { ["science"] = night.Raw("science"), ["bias"] = [Bias] });
        var flat = FitsReader.ReadImage(run.PathOf("night-sky-flat"));
        var noise = run.Figure("night-sky-flat", "noise");
        var truth = night.Truth.Response.Select((r, i) => r * (1 + Effects.Fringe(0, i % Width, i / Width))).ToArray();
        var odd = night.Truth.HotPixels.Concat(night.Truth.ColdPixels).Select(Index).ToHashSet();
        int[] good = [.. Enumerable.Range(0, truth.Length).Where(i => !odd.Contains(i) && float.IsFinite(flat.Pixels[i]))];
        var norm = good.Average(i => truth[i]);
        var rms = Math.Sqrt(good.Average(i => Math.Pow((flat.Pixels[i] * norm / truth[i]) - 1, 2)));
        rms.ShouldBe(noise, 0.03 * noise);
        // In blocks of 32 x 32 the noise averages out: what is left are the wings of stars.
        foreach (var block in good.GroupBy(i => (i % Width / 32, i / Width / 32)).Where(b => b.Count() > 900))
        {
            block.Average(i => (flat.Pixels[i] * norm / truth[i]) - 1).ShouldBe(0, 5 * noise / Math.Sqrt(block.Count()), $"block {block.Key}");
        }
    }

    [Fact]
    public void Behind_a_perfect_flat_the_night_sky_flat_has_no_large_scale()
    {
        var run = night.Run("night-sky-flat", new() { ["science"] = night.Raw("science"), ["bias"] = [Bias], ["flat"] = [PerfectFlat()] });
        var flat = FitsReader.ReadImage(run.PathOf("night-sky-flat"));
        // Blocks of two fringes' length, 48 x 48: fringes average out to 2%, or 6e-4, and the noise of a pixel of 1% to 2e-4.
        foreach (var block in Inside().Where(i => float.IsFinite(flat.Pixels[i])).GroupBy(i => (i % Width / 48, i / Width / 48)).Where(b => b.Count() > 2000))
        {
            block.Average(i => flat.Pixels[i]).ShouldBe(1, 0.003, $"block {block.Key}");
        }
    }

    [Fact]
    public void Frames_without_sky_are_left_out()
    {
        var run = night.Try("night-sky-flat", new() { ["science"] = night.Raw("bias"), ["bias"] = [Bias] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("0 of 5 frames have enough sky; 3 are needed");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_background_is_found_within_its_error(int seed)
    {
        var noise = new SeededNoise(77, seed);
        var image = new FitsImage(300, 200);
        foreach (ref var pixel in image.Pixels.AsSpan())
        {
            pixel = (float)(8 + (0.4 * noise.Normal()));
        }
        var run = Background(image);
        var error = run.Figure("background", "backgrounderror");
        error.ShouldBe(2.68 * 0.4 / Math.Sqrt(60_000), 0.02 * error);
        run.Figure("background", "background").ShouldBe(8, Sigmas * error);
        run.Figure("background", "noise").ShouldBe(0.4, 0.01);
    }

    [Fact]
    public void The_background_follows_a_slope_and_passes_over_a_star()
    {
        var noise = new SeededNoise(78);
        var image = new FitsImage(320, 256);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (float)(8 + (0.002 * (i % 320)) + (0.1 * noise.Normal()));
        }
        new StarPainter(320, 256, 3.5).Add(image.Pixels, 150, 100, 20_000);
        var map = FitsReader.ReadImage(Background(image).PathOf("background"));
        // A cell has 64 x 64 pixels: 2.14 x 0.1 / 64 of noise; the clipped wings of the star add as much again.
        foreach (var x in new[] { 32, 96, 150, 224, 288 })
        {
            map[x, 100].ShouldBe((float)(8 + (0.002 * x)), 0.02f, $"column {x}");
        }
    }

    [Fact]
    public void An_image_without_values_has_no_background()
    {
        var image = new FitsImage(64, 64);
        image.Pixels.AsSpan().Fill(float.NaN);
        var path = Path.Combine(night.Root, "nothing.fits");
        FitsWriter.WriteImage(path, image);
        var run = night.Try("background", new() { ["image"] = [Observatory.Input(path, "reduced")] });
        run.ExitCode.ShouldBe(65);
        run.Errors.ShouldContain("nothing.fits: no part of the image has enough good pixels for a background");
    }

    private TaskRun Background(FitsImage image)
    {
        var path = Path.Combine(night.Root, $"{Guid.NewGuid():N}_reduced.fits");
        FitsWriter.WriteImage(path, image);
        return night.Run("background", new() { ["image"] = [Observatory.Input(path, "reduced")] });
    }

    /// <summary>The response itself, bad pixels marked: what a master flat would be without noise.</summary>
    private TaskInput PerfectFlat()
    {
        var flat = new FitsImage(Width, Height, [.. night.Truth.Response]);
        foreach (var pixel in night.Truth.HotPixels.Concat(night.Truth.ColdPixels))
        {
            flat.Pixels[Index(pixel)] = float.NaN;
        }
        var path = Path.Combine(night.Root, $"{Guid.NewGuid():N}.fits");
        FitsWriter.WriteImage(path, flat);
        return Observatory.Input(path, "master-flat");
    }

    private static IEnumerable<int> Inside() => Enumerable.Range(0, Width * Height)
        .Where(i => i % Width >= Margin && i % Width < Width - Margin && i / Width >= Margin && i / Width < Height - Margin);

    private static int Index(OddPixel p) => ((p.Y - 1) * Width) + p.X - 1 - Camera.OverscanColumns;
}
