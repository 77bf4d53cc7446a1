using Dpu.Calibration.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class DetectionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3.2)]
    public void Smoothing_is_a_convolution_renormalised_to_the_good_pixels(double fwhm)
    {
        var kernel = fwhm switch { 0 => DetectionKernel.None, 1 => DetectionKernel.Pyramid, _ => DetectionKernel.Gaussian(fwhm) };
        var image = TestSky.Blank(23, 17, level: 3, noise: 1, seed: 2);
        image[7, 8] = float.NaN;
        image[0, 0] = float.NaN;

        // The taps of one row through a single bright pixel give the kernel; a plain double sum is then the truth.
        var delta = TestSky.Blank(41, 41);
        delta[20, 20] = 1;
        var taps = Smooth(delta, kernel, 20);
        var smoothed = Enumerable.Range(0, 17).Select(y => Smooth(image, kernel, y)).ToArray();
        var centre = taps[20];
        var reach = kernel.Reach;
        for (var y = 0; y < 17; y++)
        {
            for (var x = 0; x < 23; x++)
            {
                var (sum, weights) = (0.0, 0.0);
                for (var j = -reach; j <= reach; j++)
                {
                    for (var i = -reach; i <= reach; i++)
                    {
                        if (x + i < 0 || x + i > 22 || y + j < 0 || y + j > 16 || float.IsNaN(image[x + i, y + j])) { continue; }
                        var weight = (double)taps[20 + i] * taps[20 + j] / centre;
                        sum += weight * image[x + i, y + j];
                        weights += weight;
                    }
                }

                if (weights > 0) { ((double)smoothed[y][x]).ShouldBe(sum / weights, 2e-5); }
                else { smoothed[y][x].ShouldBe(float.NaN); }
            }
        }
    }

    [Fact]
    public void Noise_alone_shows_hardly_anything()
    {
        // At 1.5 sigma on a 3 x 3 smoothing, five connected pixels of noise are rare: some tens in a million pixels.
        TestSky.Find(TestSky.Blank(512, 512, level: 100, noise: 5, seed: 31)).Count.ShouldBeLessThan(60);
    }

    [Fact]
    public void Pixels_connect_over_corners_and_small_groups_are_dropped()
    {
        var image = TestSky.Blank(64, 64, noise: 0.1, seed: 1);
        foreach (var (x, y) in new[] { (10, 10), (11, 11), (12, 10), (13, 11), (14, 10) }) { image[x, y] = 100; }
        foreach (var (x, y) in new[] { (40, 40), (41, 40), (42, 40), (43, 40) }) { image[x, y] = 100; }
        var background = BackgroundMap.Estimate(image.Pixels, 64, 64, new BackgroundOptions())!;
        var found = SourceDetector.Detect(image, background, new DetectionOptions(10, 5, DetectionKernel.None, 1));
        found.Count.ShouldBe(1);
        found[0].Pixels.ShouldBe([(10 * 64) + 10, (10 * 64) + 12, (10 * 64) + 14, (11 * 64) + 11, (11 * 64) + 13]);
    }

    [Fact]
    public void A_group_shaped_like_a_U_is_one()
    {
        var image = TestSky.Blank(64, 64, noise: 0.1, seed: 1);
        for (var y = 10; y < 20; y++) { image[10, y] = image[20, y] = 50; }
        for (var x = 10; x <= 20; x++) { image[x, 20] = 50; }
        var background = BackgroundMap.Estimate(image.Pixels, 64, 64, new BackgroundOptions())!;
        SourceDetector.Detect(image, background, new DetectionOptions(10, 5, DetectionKernel.None, 1)).Single().Pixels.Length.ShouldBe(31);
    }

    [Theory]
    [InlineData(7.0, 1.0, 2)]
    [InlineData(8.0, 0.05, 2)]
    [InlineData(6.0, 0.3, 2)]
    [InlineData(1.5, 1.0, 1)]
    public void Two_stars_are_cut_apart_when_there_is_a_saddle_between_them(double distance, double ratio, int expected)
    {
        var image = TestSky.Blank(128, 128, level: 10, noise: 1, seed: 12);
        TestSky.AddStar(image, 60.3, 64.2, 50_000, 3.5);
        TestSky.AddStar(image, 60.3 + distance, 64.2, 50_000 * ratio, 3.5);
        var found = TestSky.Find(image).Where(s => s.FluxAuto.SignalToNoise > 50).ToArray();
        found.Length.ShouldBe(expected);
        found.Count(s => s.Flags.HasFlag(SourceFlags.Blended)).ShouldBe(expected == 2 ? 2 : 0);
        if (expected == 2)
        {
            // Half a sigma of the profile apart from where they are: the other star's light weighs in.
            found.ShouldContain(s => Math.Abs(s.X - 60.3) < 0.3 && Math.Abs(s.Y - 64.2) < 0.3);
            found.ShouldContain(s => Math.Abs(s.X - 60.3 - distance) < 0.7 && Math.Abs(s.Y - 64.2) < 0.3);
        }
    }

    [Fact]
    public void Every_pixel_of_a_blend_goes_to_exactly_one_part()
    {
        var random = new Random(77);
        for (var round = 0; round < 20; round++)
        {
            var image = TestSky.Blank(96, 96, noise: 1, seed: round);
            for (var i = 0; i < 8; i++) { TestSky.AddStar(image, 30 + (36 * random.NextDouble()), 30 + (36 * random.NextDouble()), 3000, 4); }
            var background = BackgroundMap.Estimate(image.Pixels, 96, 96, new BackgroundOptions())!;
            var whole = SourceDetector.Detect(image, background, DetectionOptions.Default with { DeblendContrast = 1 });
            var parts = SourceDetector.Detect(image, background, DetectionOptions.Default);
            parts.SelectMany(p => p.Pixels).Order().ShouldBe(whole.SelectMany(p => p.Pixels).Order());
            parts.ShouldAllBe(p => p.Pixels.Length >= DetectionOptions.Default.AreaMin);
            parts.ShouldAllBe(p => p.Pixels.SequenceEqual(p.Pixels.Order()));
        }
    }

    [Fact]
    public void The_noise_on_a_bright_star_makes_no_stars()
    {
        var image = TestSky.Blank(128, 128, level: 500, noise: 1, seed: 3);
        TestSky.AddStar(image, 64, 64, 2e6, 5);
        var random = new Random(4);
        for (var i = 0; i < image.Pixels.Length; i++) { image.Pixels[i] += (float)(Math.Sqrt(image.Pixels[i]) * Gaussian.Next(random)); }
        TestSky.Find(image).Count(s => Math.Abs(s.X - 64) < 12 && Math.Abs(s.Y - 64) < 12).ShouldBe(1);
    }

    private static float[] Smooth(FitsImage image, DetectionKernel kernel, int y)
    {
        var (row, scratch) = (new float[image.Width], new float[image.Width]);
        kernel.SmoothRow(image.Pixels, image.Width, image.Height, y, row, scratch);
        return row;
    }
}
