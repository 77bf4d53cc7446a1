using Dpu.Calibration.Imaging;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class ResamplingTests
{
    private const double Step = 0.25 / 3600;

    private static TanWcs North(double crpix1, double crpix2, double step = Step) => new(150.1, -33.2, crpix1, crpix2, -step, 0, 0, step);

    private static TanWcs Turned(double degrees, double crpix1, double crpix2, double step = Step)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        return new TanWcs(150.35, -33.05, crpix1, crpix2, -step * cos, step * sin, step * sin, step * cos);
    }

    [Fact]
    public void The_map_agrees_with_the_two_coordinate_systems()
    {
        var (from, to) = (Turned(23, 900, -300), North(100, 200, 1.3 * Step));
        var map = new TangentMap(from, to);
        foreach (var (x, y) in new[] { (1.0, 1.0), (800.5, 20.25), (-300.0, 4000.0) })
        {
            var (ra, dec) = from.PixelToSky(x, y);
            var expected = to.SkyToPixel(ra, dec)!.Value;
            var (mx, my, area) = map.MapWithArea(x, y);

            // Double precision over positions of some thousand pixels.
            mx.ShouldBe(expected.X, 1e-7);
            my.ShouldBe(expected.Y, 1e-7);
            map.Map(x, y).ShouldBe((mx, my));

            const double H = 0.5;
            var (right, left) = (map.Map(x + H, y), map.Map(x - H, y));
            var (up, down) = (map.Map(x, y + H), map.Map(x, y - H));
            var determinant = ((right.X - left.X) * (up.Y - down.Y)) - ((right.Y - left.Y) * (up.X - down.X));
            area.ShouldBe(Math.Abs(determinant), 1e-6);
        }
    }

    [Fact]
    public void The_map_follows_the_distortion_of_either_image()
    {
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[2, 0], f[3, 0], f[1, 2], g[0, 3], g[2, 1]) = (3e-6, 4e-9, 4e-9, 4e-9, 4e-9);
        var bent = Turned(5, 600, 400) with { Sip = new SipPolynomials(f, g) };
        var straight = North(7000, -4000);
        var (there, back) = (new TangentMap(bent, straight), new TangentMap(straight, bent));
        foreach (var (x, y) in new[] { (1.0, 1.0), (1200.5, 20.25), (30.0, 800.0) })
        {
            var (ra, dec) = bent.PixelToSky(x, y);
            var expected = straight.SkyToPixel(ra, dec)!.Value;
            var (mx, my, area) = there.MapWithArea(x, y);
            mx.ShouldBe(expected.X, 1e-6);
            my.ShouldBe(expected.Y, 1e-6);
            var (bx, by, backArea) = back.MapWithArea(mx, my);
            bx.ShouldBe(x, 1e-6);
            by.ShouldBe(y, 1e-6);
            (area * backArea).ShouldBe(1, 1e-9);
            const double H = 0.5;
            var (right, left) = (there.Map(x + H, y), there.Map(x - H, y));
            var (up, down) = (there.Map(x, y + H), there.Map(x, y - H));
            area.ShouldBe(Math.Abs(((right.X - left.X) * (up.Y - down.Y)) - ((right.Y - left.Y) * (up.X - down.X))), 1e-6);
        }
    }

    [Fact]
    public void A_distorted_frame_loses_its_distortion_and_keeps_its_star()
    {
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[3, 0], f[1, 2], g[0, 3], g[2, 1]) = (5e-7, 5e-7, 5e-7, 5e-7);
        var source = Turned(20, 20, 15) with { Sip = new SipPolynomials(f, g) };
        var image = new FitsImage(160, 160);
        const double Flux = 100_000;
        TestSky.AddStar(image, 110.37, 98.81, Flux, 3.0);
        var (ra, dec) = source.PixelToSky(111.37, 99.81);
        var grid = North(0, 0);
        var (gx, gy) = grid.SkyToPixel(ra, dec)!.Value;
        var target = grid with { Crpix1 = Math.Round(40 - gx), Crpix2 = Math.Round(40 - gy) };
        var (image2, weights2) = (new FitsImage(80, 80), new FitsImage(80, 80));

        new Resampler(image, Ones(image)).Fill(image2, weights2, new TangentMap(target, source));

        // Without the polynomials the star would lie 0.7 pixels off, and 1.3% of its area would be missing.
        image2.Pixels.Where(float.IsFinite).Sum(v => (double)v).ShouldBe(Flux, 1e-3 * Flux);
        var expected = target.SkyToPixel(ra, dec)!.Value;
        var (x, y) = Windowed(image2, expected, 1.5);
        x.ShouldBe(expected.X, 0.003);
        y.ShouldBe(expected.Y, 0.003);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.7, 1.0)]
    [InlineData(37.0, 1.0)]
    [InlineData(112.0, 0.8)]
    [InlineData(10.0, 2.0)]
    public void A_star_keeps_its_flux_and_its_place(double turned, double scale)
    {
        var source = Turned(turned, 3100, -700);
        var image = new FitsImage(120, 120);
        var flux = 100_000.0;
        TestSky.AddStar(image, 60.37, 58.81, flux, 3.0);
        var (ra, dec) = source.PixelToSky(61.37, 59.81);
        var grid = North(0, 0, scale * Step);
        var (gx, gy) = grid.SkyToPixel(ra, dec)!.Value;
        var target = grid with { Crpix1 = Math.Round(40 - gx), Crpix2 = Math.Round(40 - gy) };
        var (image2, weights2) = (new FitsImage(80, 80), new FitsImage(80, 80));

        new Resampler(image, Ones(image)).Fill(image2, weights2, new TangentMap(target, source));

        image2.Pixels.Where(float.IsFinite).Sum(v => (double)v).ShouldBe(flux, 1e-3 * flux);
        var expected = target.SkyToPixel(ra, dec)!.Value;
        var (x, y) = scale < 1.5 ? Windowed(image2, expected, 1.5 / scale) : Moment(image2);

        // A window of one and a half pixels' width is biased itself: there, the plain moment has to do.
        x.ShouldBe(expected.X, scale < 1.5 ? 0.003 : 0.01);
        y.ShouldBe(expected.Y, scale < 1.5 ? 0.003 : 0.01);
    }

    private static (double X, double Y) Windowed(FitsImage image, (double X, double Y) near, double halfLightRadius)
    {
        var pixels = new Surroundings(image, new int[image.Pixels.Length], 1);
        var centroid = WindowedCentroid.Of(near.X - 1, near.Y - 1, halfLightRadius, 1, 0, pixels)!.Value;
        return (centroid.X + 1, centroid.Y + 1);
    }

    private static (double X, double Y) Moment(FitsImage image)
    {
        var (sum, sx, sy) = (0.0, 0.0, 0.0);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            if (float.IsNaN(image.Pixels[i])) { continue; }
            sum += image.Pixels[i];
            sx += image.Pixels[i] * ((i % image.Width) + 1.0);
            sy += image.Pixels[i] * ((i / image.Width) + 1.0);
        }

        return (sx / sum, sy / sum);
    }

    [Fact]
    public void A_constant_keeps_its_surface_brightness_and_the_weights_follow_the_area()
    {
        var source = Turned(15, 50, 50);
        var image = TestSky.Blank(100, 100, level: 7);
        var target = North(0, 0, 0.5 * Step);
        var (gx, gy) = target.SkyToPixel(source.Crval1, source.Crval2)!.Value;
        target = target with { Crpix1 = Math.Round(30 - gx), Crpix2 = Math.Round(30 - gy) };
        var (image2, weights2) = (new FitsImage(60, 60), new FitsImage(60, 60));
        new Resampler(image, Ones(image)).Fill(image2, weights2, new TangentMap(target, source));

        // A quarter of the area, but for the two projections' scales, which differ by (distance of the centres)², 1e-5.
        image2.Pixels.ShouldAllBe(v => Math.Abs(v - (7f / 4)) < 1e-3);
        weights2.Pixels.ShouldAllBe(w => Math.Abs(w - 16) < 0.02);
    }

    [Fact]
    public void A_bad_pixel_spoils_what_leans_on_it_and_nothing_else()
    {
        var wcs = North(0, 0);
        var image = TestSky.Blank(60, 60, level: 100, noise: 1, seed: 3);
        image[30, 31] = float.NaN;
        var (image2, weights2) = (new FitsImage(40, 40), new FitsImage(40, 40));
        var target = wcs with { Crpix1 = -10.5, Crpix2 = -10.5 };
        new Resampler(image, Ones(image)).Fill(image2, weights2, new TangentMap(target, wcs));

        // Half a pixel off in both axes: four new pixels have the bad one as a nearest, the rest of the 8 x 8 hardly.
        var bad = Enumerable.Range(0, 1600).Where(i => weights2.Pixels[i] == 0).ToArray();
        bad.Length.ShouldBeInRange(4, 12);
        bad.ShouldAllBe(i => Math.Abs((i % 40) - 19.5) < 2.1 && Math.Abs((i / 40) - 20.5) < 2.1);
        bad.ShouldAllBe(i => float.IsNaN(image2.Pixels[i]));
        image2.Pixels.Where(float.IsFinite).ShouldAllBe(v => v > 90 && v < 110);
    }

    [Fact]
    public void Outside_the_image_there_is_nothing()
    {
        var wcs = North(0, 0);
        var image = TestSky.Blank(30, 30, level: 5);
        var (image2, weights2) = (new FitsImage(50, 50), new FitsImage(50, 50));
        new Resampler(image, Ones(image)).Fill(image2, weights2, new TangentMap(wcs with { Crpix1 = 10, Crpix2 = 10 }, wcs));

        // Same pixels, moved by 10; the kernel needs three pixels before and four after.
        for (var y = 0; y < 50; y++)
        {
            for (var x = 0; x < 50; x++)
            {
                var inside = x is >= 13 and < 36 && y is >= 13 and < 36;
                float.IsNaN(image2[x, y]).ShouldBe(!inside);
                if (inside) { image2[x, y].ShouldBe(5f, 1e-4f); }
                weights2[x, y].ShouldBe(inside ? 1f : 0f, 1e-4f);
            }
        }
    }

    [Fact]
    public void Noise_stays_what_the_weights_say()
    {
        var source = Turned(31, 128, 128);
        var image = TestSky.Blank(256, 256, noise: 2, seed: 17);
        var weights = Ones(image);
        weights.AsSpan().Fill(0.25f);
        var target = North(0, 0);
        var (gx, gy) = target.SkyToPixel(source.Crval1, source.Crval2)!.Value;
        target = target with { Crpix1 = Math.Round(80 - gx), Crpix2 = Math.Round(80 - gy) };
        var (image2, weights2) = (new FitsImage(160, 160), new FitsImage(160, 160));
        new Resampler(image, weights).Fill(image2, weights2, new TangentMap(target, source));

        // The kernel lets 0.896 of the variance pass on average over positions in one direction, 0.803 in two.
        var noise = RobustStatistics.MeanAndSigma(image2.Pixels).Sigma;
        noise.ShouldBe(2 * 0.896, 0.04 * 2);
        weights2.Pixels.ShouldAllBe(w => Math.Abs(w - 0.25) < 1e-3);
    }

    [Fact]
    public void Taps_have_unit_sum_and_hit_whole_pixels()
    {
        foreach (var f in new[] { 0, 0.001, 0.25, 0.5, 0.731, 1.0 }) { SincKernel.TapsAt(f).ToArray().Sum().ShouldBe(1f, 1e-6f); }
        SincKernel.TapsAt(0)[3].ShouldBe(1f, 1e-6f);
        SincKernel.TapsAt(1)[4].ShouldBe(1f, 1e-6f);
        SincKernel.TapsAt(0.25).ToArray().ShouldBe(SincKernel.TapsAt(0.75).ToArray().Reverse());
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(3.5)]
    [InlineData(6.0)]
    public void A_shift_moves_a_star_by_just_that(double fwhm)
    {
        var image = new FitsImage(80, 80);
        TestSky.AddStar(image, 40.2, 39.7, 1000, fwhm);
        var wcs = North(0, 0);
        for (var step = 0; step < 8; step++)
        {
            var (dx, dy) = (step / 8.0, 1 - (step * step / 64.0));
            var (moved, weights) = (new FitsImage(80, 80), new FitsImage(80, 80));
            new Resampler(image, Ones(image)).Fill(moved, weights, new TangentMap(wcs with { Crpix1 = dx, Crpix2 = dy }, wcs));
            var (x, y) = Windowed(moved, (41.2 + dx, 40.7 + dy), fwhm / 2);

            // The kernel moves such stars by at most 0.002 pixel, the table by 0.0005.
            x.ShouldBe(41.2 + dx, 0.0025);
            y.ShouldBe(40.7 + dy, 0.0025);
        }
    }

    private static float[] Ones(FitsImage image)
    {
        var ones = new float[image.Pixels.Length];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
