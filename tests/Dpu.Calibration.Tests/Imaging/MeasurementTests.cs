using Dpu.Calibration.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class MeasurementTests
{
    [Theory]
    [InlineData(2.2)]
    [InlineData(3.5)]
    [InlineData(6.0)]
    public void Centroids_are_unbiased_at_every_place_in_a_pixel(double fwhm)
    {
        for (var step = 0; step < 5; step++)
        {
            var (x, y) = (40 + (0.2 * step) + 0.03, 41 + (0.17 * step));
            var image = TestSky.Blank(96, 96, noise: 1e-3, seed: step);
            TestSky.AddStar(image, x, y, 10_000, fwhm);
            var star = TestSky.Find(image).At(x, y);

            // Signal to noise is a million: what is left is the method's own bias.
            star.X.ShouldBe(x, 0.003);
            star.Y.ShouldBe(y, 0.003);
        }
    }

    [Fact]
    public void Positions_scatter_as_their_errors_say()
    {
        var (pulls, count) = (0.0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var image = TestSky.Blank(128, 64, level: 100, noise: 10, seed: 100 + seed);
            TestSky.AddStar(image, 31.4, 31.8, 6000, 3.5);
            TestSky.AddStar(image, 95.7, 32.1, 12_000, 3.5);
            var found = TestSky.Find(image);
            foreach (var (x, y) in new[] { (31.4, 31.8), (95.7, 32.1) })
            {
                var star = found.At(x, y);
                pulls += Math.Pow((star.X - x) / star.XError, 2) + Math.Pow((star.Y - y) / star.YError, 2);
                count += 2;
            }
        }

        // Reduced chi-square of 240 deviates has a scatter of 0.09; the window's own jitter is not in the error.
        (pulls / count).ShouldBeInRange(0.7, 1.5);
    }

    [Fact]
    public void Fluxes_errors_and_widths_are_those_of_the_star_put_in()
    {
        var image = TestSky.Blank(96, 96, noise: 0.01, seed: 2);
        TestSky.AddStar(image, 48.3, 47.6, 100_000, 3.5);
        var star = TestSky.Find(image, gain: 2).At(48.3, 47.6);
        var sigma = 3.5 / 2.3548;

        // A circle of radius r holds 1 - exp(-r²/2 sigma²); the pixel's smearing changes that by less than 1e-3 at 6 pixels.
        star.FluxAper.Value.ShouldBe(100_000 * (1 - Math.Exp(-36 / (2 * sigma * sigma))), 100);
        star.FluxAper.Error.ShouldBe(Math.Sqrt((Math.PI * 36 * 1e-4) + (100_000 / 2.0)), 1);

        // 3.5 widths at least: all but exp(-3.5²/2) = 0.2% of the light.
        star.FluxAuto.Value.ShouldBe(100_000, 300);
        star.FluxAuto.Value.ShouldBeLessThan(100_000);

        // The pixel smears twice: when it collects light, and when it is spread again for the growth curve.
        star.HalfLightRadius.ShouldBe(Math.Sqrt(2 * Math.Log(2) * ((sigma * sigma) + (1.0 / 6))), 0.03);
        star.Fwhm.ShouldBe(3.5, 0.04);
        star.Shape.Ellipticity.ShouldBeLessThan(0.01);
        star.Flags.ShouldBe(SourceFlags.None);
    }

    [Theory]
    [InlineData(0.5, 0.0)]
    [InlineData(0.5, 0.7)]
    [InlineData(0.7, -1.2)]
    public void Shapes_are_those_of_the_ellipse_put_in(double ratio, double theta)
    {
        var image = TestSky.Blank(128, 128, noise: 0.01, seed: 3);
        TestSky.AddStar(image, 64.2, 63.7, 1e6, 8, ratio, theta);
        var shape = TestSky.Find(image).At(64.2, 63.7).Shape;

        // The 3 x 3 smoothing adds half a pixel² to both variances, the pixel another twelfth.
        var (a, b) = (8 / 2.3548, 8 * ratio / 2.3548);
        var added = 0.5 + (1.0 / 12);
        shape.A.ShouldBe(Math.Sqrt((a * a) + added), 0.02 * a);
        shape.B.ShouldBe(Math.Sqrt((b * b) + added), 0.02 * b);
        shape.Theta.ShouldBe(theta, 0.01);
    }

    [Theory]
    [InlineData(2.0)]
    [InlineData(4.0)]
    [InlineData(11.3)]
    public void The_area_of_a_circle_is_pi_r_squared(double radius)
    {
        var image = TestSky.Blank(64, 64, level: 1);
        var pixels = new Surroundings(image, new int[image.Pixels.Length], 1);
        for (var step = 0; step < 7; step++)
        {
            var sum = EllipseAperture.Circle(31.1 + (step / 7.0), 30.9 + (step * step / 49.0), radius).Sum(pixels);
            sum.Flux.ShouldBe(Math.PI * radius * radius, 0.012 * Math.PI * radius * radius / radius);
            sum.IsComplete.ShouldBeTrue();
        }

        new EllipseAperture(32, 32, 10, 4, 0.6).Sum(pixels).Flux.ShouldBe(Math.PI * 40, 0.004 * Math.PI * 40);
        EllipseAperture.Circle(2, 32, 5).Sum(pixels).IsComplete.ShouldBeFalse();
    }

    [Fact]
    public void A_neighbours_light_is_replaced_by_the_opposite_side()
    {
        // Two stars 14 pixels apart, both within each other's 12-pixel radius.
        var image = TestSky.Blank(128, 128, noise: 0.1, seed: 5);
        TestSky.AddStar(image, 57, 64, 20_000, 3.5);
        TestSky.AddStar(image, 71, 64, 20_000, 3.5);
        var star = TestSky.Find(image, aperture: 24).At(57, 64);

        // Unreplaced, the aperture would hold 40% more: the neighbour's half that lies inside.
        star.FluxAper.Value.ShouldBe(20_000, 0.02 * 20_000);
    }

    [Fact]
    public void A_bad_pixel_in_a_star_costs_it_little_and_is_told()
    {
        var image = TestSky.Blank(96, 96, noise: 0.5, seed: 6);
        TestSky.AddStar(image, 48.4, 48.3, 50_000, 3.5);
        image[49, 48] = float.NaN;
        var star = TestSky.Find(image).At(48.4, 48.3);
        star.Flags.HasFlag(SourceFlags.BadPixel).ShouldBeTrue();
        star.FluxAuto.Value.ShouldBe(50_000, 0.05 * 50_000);
        star.X.ShouldBe(48.4, 0.15);
    }

    [Fact]
    public void Saturated_and_cut_off_stars_are_told()
    {
        var image = TestSky.Blank(96, 96, level: 100, noise: 1, seed: 7);
        TestSky.AddStar(image, 48, 48, 1e6, 3.5);
        TestSky.AddStar(image, 0.4, 20, 10_000, 3.5);
        for (var i = 0; i < image.Pixels.Length; i++) { image.Pixels[i] = Math.Min(image.Pixels[i], 40_000); }
        var found = TestSky.Find(image, saturation: 39_000);
        found.At(48, 48).Flags.HasFlag(SourceFlags.Saturated).ShouldBeTrue();
        var cut = found.At(0, 20).Flags;
        cut.HasFlag(SourceFlags.Edge).ShouldBeTrue();
        cut.HasFlag(SourceFlags.ApertureIncomplete).ShouldBeTrue();
        cut.HasFlag(SourceFlags.Saturated).ShouldBeFalse();
    }

    [Fact]
    public void A_field_of_stars_is_found_whole()
    {
        var image = TestSky.Blank(512, 512, level: 200, noise: 10, seed: 8);
        var random = new Random(9);
        var stars = new List<(double X, double Y, double Flux)>();
        for (var i = 0; i < 14; i++)
        {
            for (var j = 0; j < 14; j++)
            {
                var (x, y) = (20 + (35 * i) + (4 * random.NextDouble()), 20 + (35 * j) + (4 * random.NextDouble()));
                stars.Add((x, y, 1500 * Math.Pow(30, random.NextDouble())));
                TestSky.AddStar(image, x, y, stars[^1].Flux, 3.2);
            }
        }

        var found = TestSky.Find(image);

        // A profile fit on 4 pi sigma² = 23 pixels has noise 48: the faintest star is at 31 sigma.
        foreach (var (x, y, flux) in stars)
        {
            var star = found.At(x, y);
            star.X.ShouldBe(x, 0.25);
            star.Y.ShouldBe(y, 0.25);
            star.FluxAuto.Value.ShouldBe(flux, (0.03 * flux) + (5 * star.FluxAuto.Error));
        }

        found.Count(s => s.FluxAuto.SignalToNoise > 10 && stars.TrueForAll(t => Math.Abs(t.X - s.X) + Math.Abs(t.Y - s.Y) > 3)).ShouldBe(0);
    }

    [Fact]
    public void Overscan_amplifiers_and_a_hot_column_are_told_apart()
    {
        var image = TestSky.Blank(300, 200, level: 1000, noise: 10, seed: 13);
        for (var y = 0; y < 200; y++)
        {
            for (var x = 0; x < 300; x++)
            {
                if (x < 4 || x is >= 150 and < 154) { image[x, y] -= 200; }
                if (x >= 154) { image[x, y] += 40; }
                if (x >= 154 && y >= 100) { image[x, y] -= 25; }
                if (x == 220 && y < 100) { image[x, y] += 300; }
            }
        }

        TestSky.AddStar(image, 70, 70, 1e6, 5);
        var sections = FrameSections.Find(image, new PixelArea(0, 0, 300, 200));
        sections.ShouldBe([new(4, 0, 146, 200), new(154, 0, 146, 100), new(154, 100, 146, 100)]);
        FrameSections.Mask(image, sections);
        image[2, 50].ShouldBe(float.NaN);
        image[152, 50].ShouldBe(float.NaN);
        image[220, 50].ShouldBe(float.NaN);
        image[220, 150].ShouldNotBe(float.NaN);
        image[70, 70].ShouldBeGreaterThan(10_000);
        image.Pixels.Count(float.IsNaN).ShouldBe((8 * 200) + 100);
    }

    [Fact]
    public void An_even_frame_is_one_section()
    {
        var image = TestSky.Blank(200, 150, level: 300, noise: 5, seed: 14);
        FrameSections.Find(image, new PixelArea(0, 0, 200, 150)).ShouldBe([new(0, 0, 200, 150)]);
    }
}
