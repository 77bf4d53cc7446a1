using Dpu.Calibration.Tests.Calibration;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Astrometry;

public sealed class AstrometryTests(Observatory desk) : IClassFixture<Observatory>
{
    /// <summary>
    /// Everywhere on the sky: the middle, zero of right ascension, both poles. The header is off by 27 arcsec, 0.6 degrees and 0.8% of the scale.
    /// </summary>
    [Theory]
    [InlineData(53.1, -27.8)]
    [InlineData(0.004, 12.5)]
    [InlineData(359.998, -60.0)]
    [InlineData(120.0, 89.999)]
    [InlineData(200.0, -89.98)]
    public void A_perturbed_system_is_recovered_within_the_error_that_it_states(double ra, double dec)
    {
        using var field = new StarField(desk, ra, dec, count: 420);
        var truth = field.Wcs(turned: 12);
        var told = field.Wcs(turned: 12.6, dx: 85, dy: -76, scale: StarField.Scale * 1.008);
        StarField.Worst(truth, told).ShouldBeGreaterThan(20);

        var run = field.Files.Run("astrometry", "reduced", [field.Frame("a", truth, told)], StarField.RefCat(field.FitsCatalog(field.Catalog(0.03))));

        var header = FitsReader.ReadPrimaryHeader(run.PathOf("reduced"));
        var (stars, rms, error) = (header.GetInt64("ASTRNUM"), header.GetDouble("ASTRRMS"), header.GetDouble("ASTRERR"));

        // 420 stars on 260" squared are 95 on the frame; some are blended or at its edge.
        stars.ShouldBeGreaterThan(70);

        // 0.03" of the catalog, and of a star at 10 sigma 3.5 / 2.35 / 10 pixels = 0.035"; most are brighter.
        rms.ShouldBeInRange(0.028, 0.045);

        // Three unknowns an axis: rms √(3 / n); n stars of which the faint ones count less.
        error.ShouldBeInRange(0.9 * rms * Math.Sqrt(3.0 / stars), 1.5 * rms * Math.Sqrt(3.0 / stars));

        // The corners are known √(7 / 3) worse, and on two axes: 4 sigma of that.
        var worst = StarField.Worst(truth, TanWcs.FromHeader(header));
        worst.ShouldBeLessThan(4 * error * Math.Sqrt(7.0 / 3));
        worst.ShouldBeLessThan(0.05);
        run.Figure("reduced", "astrrms").ShouldBe(rms, 1e-6);
    }

    [Fact]
    public void The_pixels_stay_and_the_header_says_where_it_comes_from()
    {
        using var field = new StarField(desk, 53.1, -27.8);
        var frame = field.Frame("keep", field.Wcs(), field.Wcs(dx: 20));
        var run = field.Files.Run("astrometry", "reduced", [frame], StarField.RefCat(field.FitsCatalog(field.Catalog(), "GSC 2.3.fits")));

        var (before, after) = (FitsReader.ReadImage(frame.Path), FitsReader.ReadImage(run.PathOf("reduced")));
        after.Pixels.ShouldBe(before.Pixels);
        after.Header.GetString("ASTRCAT").ShouldBe("GSC 2.3.fits");
        after.Header.GetString("CTYPE1").ShouldBe("RA---TAN");
        after.Header.GetDouble("EXPTIME").ShouldBe(60);
        (after.Header.GetDouble("CRPIX1"), after.Header.GetDouble("CRPIX2")).ShouldBe((before.Header.GetDouble("CRPIX1"), before.Header.GetDouble("CRPIX2")), "a TAN keeps its reference pixel");
        var product = run.Output("reduced");
        product.GetProperty("derivedFrom").EnumerateArray().Select(id => id.GetString()).ShouldBe([frame.Id]);
        product.GetProperty("metadata").GetProperty("chip").GetString().ShouldBe(Observatory.Chip);
        Path.GetFileName(run.PathOf("reduced")).ShouldBe("keep_reduced_12_0_1.fits");
        run.Log.ShouldContain("Making AstrometricParameters object");
    }

    [Fact]
    public void Strangers_and_stars_that_moved_are_left_out()
    {
        using var field = new StarField(desk, 53.1, -27.8);
        var truth = field.Wcs(turned: -3);
        var random = new Random(5);

        // A fifth of the catalog's stars moved by up to an arc second; as many of its stars again do not exist.
        var catalog = field.Catalog(0.02).Select((s, i) => i % 5 == 0 ? (s.Ra + (random.NextDouble() / 3600), s.Dec - (random.NextDouble() / 3600), s.Magnitude) : s).ToList();
        catalog.AddRange(Enumerable.Range(0, 250).Select(_ => (53.1 + ((random.NextDouble() - 0.5) * 0.08), -27.8 + ((random.NextDouble() - 0.5) * 0.07), 16 + (5 * random.NextDouble()))));

        var run = field.Files.Run("astrometry", "reduced", [field.Frame("b", truth, field.Wcs(turned: -3.4, dx: -60, dy: 90))], StarField.RefCat(field.FitsCatalog(catalog)));

        var header = FitsReader.ReadPrimaryHeader(run.PathOf("reduced"));
        header.GetDouble("ASTRRMS").ShouldBeLessThan(0.05);
        StarField.Worst(truth, TanWcs.FromHeader(header)).ShouldBeLessThan(4 * header.GetDouble("ASTRERR") * Math.Sqrt(7.0 / 3));
    }

    /// <summary>Optics that push a star outward by 4e-8 r³: two pixels in the corners, half an arc second.</summary>
    [Fact]
    public void Distortion_is_followed_by_a_polynomial_of_degree_three()
    {
        using var field = new StarField(desk, 53.1, -27.8, count: 900);
        var truth = Distorted(field.Wcs(turned: 1), 4e-8);
        var frame = field.Frame("d", truth, field.Wcs(turned: 1.2, dx: 40, dy: 30));
        var catalog = field.FitsCatalog(field.Catalog(0.01));

        var plain = FitsReader.ReadPrimaryHeader(field.Files.Run("astrometry", "reduced", [frame], StarField.RefCat(catalog)).PathOf("reduced"));
        StarField.Worst(truth, TanWcs.FromHeader(plain)).ShouldBeGreaterThan(0.1, "a TAN cannot follow this");

        var header = FitsReader.ReadPrimaryHeader(field.Files.Run("astrometry", "reduced", [frame], StarField.RefCat(catalog, ("DEGREE", "3"))).PathOf("reduced"));
        header.GetString("CTYPE1").ShouldBe("RA---TAN-SIP");
        header.GetInt64("A_ORDER").ShouldBe(3);
        var worst = StarField.Worst(truth, TanWcs.FromHeader(header));
        worst.ShouldBeLessThan(0.05);

        // Ten terms an axis; in the corners a cubic is known some 3 times worse than on average.
        worst.ShouldBeLessThan(4 * 3 * header.GetDouble("ASTRERR"));
    }

    private static TanWcs Distorted(TanWcs wcs, double k)
    {
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[3, 0], f[1, 2], g[0, 3], g[2, 1]) = (k, k, k, k);
        return wcs with { Sip = new SipPolynomials(f, g) };
    }
}
