using Dpu.Calibration.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class BackgroundTests
{
    [Fact]
    public void Level_and_noise_of_pure_noise_come_out_unbiased()
    {
        // 100 cells of 4096 pixels. The mode's standard error is about 3.5 times a mean's: 2.5 medians against 1.5 means.
        var random = new Random(21);
        var cells = Enumerable.Range(0, 100)
            .Select(_ => MeshStatistics.Estimate([.. Enumerable.Range(0, 4096).Select(_ => (float)(500 + (7 * Gaussian.Next(random))))]))
            .ToArray();
        cells.Average(c => c.Level).ShouldBe(500, 5 * 3.5 * 7 / Math.Sqrt(100 * 4096));
        cells.Average(c => c.Rms).ShouldBe(7, 5 * 7 / Math.Sqrt(2 * 100 * 4096) * 1.2);
    }

    [Fact]
    public void A_sloping_sky_under_stars_is_recovered()
    {
        var image = TestSky.Blank(512, 384, level: 1000, noise: 10, seed: 4);
        double Sky(int x, int y) => (0.05 * x) - (0.08 * y) + (2e-4 * (x - 256) * (x - 256));
        for (var y = 0; y < 384; y++)
        {
            for (var x = 0; x < 512; x++) { image[x, y] += (float)Sky(x, y); }
        }

        var random = new Random(5);
        for (var i = 0; i < 60; i++) { TestSky.AddStar(image, random.Next(512), random.Next(384), 5000 * Math.Pow(20, random.NextDouble()), 3.5); }

        var map = BackgroundMap.Estimate(image.Pixels, 512, 384, new BackgroundOptions())!;

        // A cell's level is good to 3.5 x 10 / sqrt(4096) = 0.55 and the 3 x 3 median adds no more; faint wings lift it a
        // little. Within the outermost half cells the curvature is lost, which is worth 0.2.
        var (sum, squares, worst) = (0.0, 0.0, 0.0);
        var row = new float[512];
        for (var y = 0; y < 384; y++)
        {
            map.FillLevel(y, row);
            for (var x = 0; x < 512; x++)
            {
                var error = row[x] - 1000 - Sky(x, y);
                sum += error;
                squares += error * error;
                worst = Math.Max(worst, Math.Abs(error));
            }
        }

        (sum / image.Pixels.Length).ShouldBe(0, 0.4);
        Math.Sqrt(squares / image.Pixels.Length).ShouldBeLessThan(1.5);
        worst.ShouldBeLessThan(6);
        map.FillRms(100, row);

        // The slope within a cell, at most 0.19 a pixel, adds 3.5 in quadrature at the very edge.
        row.ShouldAllBe(r => r > 9.5 && r < 11.5);
    }

    [Fact]
    public void A_cell_full_of_a_bright_object_takes_its_neighbours_level()
    {
        var image = TestSky.Blank(320, 320, level: 50, noise: 1, seed: 6);
        for (var y = 130; y < 190; y++) { image.Row(y).Slice(130, 60).Fill(1000); }
        var map = BackgroundMap.Estimate(image.Pixels, 320, 320, new BackgroundOptions())!;
        var row = new float[320];
        map.FillLevel(160, row);
        row[160].ShouldBe(50f, 0.5f);
    }

    [Fact]
    public void Bad_pixels_count_for_nothing_and_an_image_without_good_ones_has_no_background()
    {
        var image = TestSky.Blank(256, 256, level: 20, noise: 2, seed: 7);
        for (var y = 0; y < 256; y++) { image.Row(y)[..128].Fill(float.NaN); }
        var map = BackgroundMap.Estimate(image.Pixels, 256, 256, new BackgroundOptions())!;
        map.Level.ShouldBe(20, 0.3);
        map.Rms.ShouldBe(2, 0.1);

        image.Pixels.AsSpan().Fill(float.NaN);
        BackgroundMap.Estimate(image.Pixels, 256, 256, new BackgroundOptions()).ShouldBeNull();
    }

    [Fact]
    public void Sections_have_levels_of_their_own()
    {
        var image = TestSky.Blank(256, 128, level: 100, noise: 1, seed: 8);
        for (var y = 0; y < 128; y++)
        {
            for (var x = 128; x < 256; x++) { image[x, y] += 40; }
        }

        var map = BackgroundMap.Estimate(image.Pixels, 256, 128, new BackgroundOptions(), [new(0, 0, 128, 128), new(128, 0, 120, 128)])!;
        var row = new float[256];
        map.FillLevel(64, row);
        row[127].ShouldBe(100f, 0.5f);
        row[128].ShouldBe(140f, 0.5f);
        row[250].ShouldBe(float.NaN);
    }

    [Fact]
    public void Noise_follows_the_weights_where_the_depth_changes_at_once()
    {
        var image = TestSky.Blank(256, 256, noise: 1, seed: 9);
        var weights = TestSky.Blank(256, 256, level: 1);
        for (var y = 0; y < 256; y++)
        {
            for (var x = 100; x < 256; x++)
            {
                image[x, y] *= 3;
                weights[x, y] = 1f / 9;
            }
        }

        weights[5, 5] = 0;
        var options = new BackgroundOptions();
        var map = BackgroundMap.Estimate(image.Pixels, 256, 256, options)!;
        map.UseWeights(image, weights, options);
        var row = new float[256];
        map.FillRms(5, row);
        row[99].ShouldBe(1f, 0.05f);
        row[100].ShouldBe(3f, 0.15f);
        row[5].ShouldBe(float.NaN);
    }

    [Fact]
    public void The_spline_keeps_straight_lines_and_meets_its_nodes()
    {
        double[] line = [1, 3, 5, 7];
        double[] wave = [0, 2, -1, 4, 0.5];
        var second = new double[5];
        CubicSpline.SecondDerivatives(line, second.AsSpan(0, 4), new double[4]);
        foreach (var t in new[] { -1.5, 0, 0.3, 2.9, 3, 4.25 }) { CubicSpline.Evaluate(line, second.AsSpan(0, 4), t).ShouldBe(1 + (2 * t), 1e-12); }
        CubicSpline.SecondDerivatives(wave, second, new double[5]);
        for (var i = 0; i < 5; i++) { CubicSpline.Evaluate(wave, second, i).ShouldBe(wave[i], 1e-12); }

        // Smooth: slopes from both sides of a node agree.
        for (var i = 1; i < 4; i++)
        {
            var left = (CubicSpline.Evaluate(wave, second, i) - CubicSpline.Evaluate(wave, second, i - 1e-6)) / 1e-6;
            var right = (CubicSpline.Evaluate(wave, second, i + 1e-6) - CubicSpline.Evaluate(wave, second, i)) / 1e-6;
            left.ShouldBe(right, 1e-4);
        }

        CubicSpline.SecondDerivatives([3.5], second.AsSpan(0, 1), new double[1]);
        CubicSpline.Evaluate([3.5], second.AsSpan(0, 1), 7).ShouldBe(3.5);
    }
}
