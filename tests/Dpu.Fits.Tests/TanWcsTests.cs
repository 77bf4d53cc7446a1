using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class TanWcsTests
{
    private const double Scale = 0.238 / 3600;

    private static TanWcs Simple(double ra, double dec) => new(ra, dec, 100, 200, -Scale, 0, 0, Scale);

    [Fact]
    public void The_reference_pixel_is_the_reference_point()
    {
        var (ra, dec) = Simple(53.1, -27.8).PixelToSky(100, 200);
        ra.ShouldBe(53.1, 1e-12);
        dec.ShouldBe(-27.8, 1e-12);
    }

    /// <summary>On the equator the gnomonic projection is tan: 1 degree east lies at tan(1°) in units of the scale.</summary>
    [Fact]
    public void One_degree_is_the_tangent_of_one_degree()
    {
        var wcs = new TanWcs(0, 0, 0, 0, -1, 0, 0, 1);
        var east = wcs.SkyToPixel(1, 0)!.Value;
        east.X.ShouldBe(-Math.Tan(Math.PI / 180) * 180 / Math.PI, 1e-12);
        east.Y.ShouldBe(0, 1e-12);
        var north = wcs.SkyToPixel(0, 1)!.Value;
        north.Y.ShouldBe(Math.Tan(Math.PI / 180) * 180 / Math.PI, 1e-12);
    }

    [Fact]
    public void At_the_pole_right_ascension_goes_round()
    {
        var wcs = new TanWcs(0, 90, 0, 0, -1, 0, 0, 1);
        foreach (var ra in new[] { 0.0, 90, 200, 359 })
        {
            var at = wcs.SkyToPixel(ra, 89)!.Value;
            Math.Sqrt((at.X * at.X) + (at.Y * at.Y)).ShouldBe(180 / Math.PI / Math.Tan(89 * Math.PI / 180), 1e-9);
            wcs.PixelToSky(at.X, at.Y).Ra.ShouldBe(ra, 1e-9);
        }
    }

    [Fact]
    public void The_far_half_of_the_sky_is_not_shown()
    {
        Simple(10, 0).SkyToPixel(190, 0).ShouldBeNull();
        Simple(10, 0).SkyToPixel(100.001, 0).ShouldBeNull();
    }

    [Fact]
    public void Pixels_come_back_from_the_sky()
    {
        var cases = from ra in Gen.Choose(0, 359) from dec in Gen.Choose(-89, 89) from x in Gen.Choose(-5000, 5000) from y in Gen.Choose(-5000, 5000) from angle in Gen.Choose(0, 359) select (ra, dec, x, y, angle);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (sin, cos) = Math.SinCos(c.angle * Math.PI / 180);
            var wcs = new TanWcs(c.ra, c.dec, 10.5, -3, -Scale * cos, Scale * sin, Scale * sin, Scale * cos);
            var sky = wcs.PixelToSky(c.x, c.y);
            var back = wcs.SkyToPixel(sky.Ra, sky.Dec)!.Value;
            return Math.Abs(back.X - c.x) < 1e-6 && Math.Abs(back.Y - c.y) < 1e-6 && sky.Ra is >= 0 and < 360;
        }));
    }

    [Fact]
    public void Headers_come_back_and_old_ways_of_writing_are_read()
    {
        var header = new FitsHeader();
        Simple(53.1, -27.8).WriteTo(header);
        TanWcs.FromHeader(header).ShouldBe(Simple(53.1, -27.8));
        header.Remove("CD1_1");
        header.Remove("CD1_2");
        header.Remove("CD2_1");
        header.Remove("CD2_2");
        header.Set("CDELT1", -0.5);
        header.Set("CDELT2", 0.5);
        header.Set("CROTA2", 90.0);
        var turned = TanWcs.FromHeader(header);
        turned.Cd12.ShouldBe(-0.5, 1e-12);
        turned.Cd21.ShouldBe(-0.5, 1e-12);
        header.Set("PC1_1", 0.0);
        header.Set("PC1_2", 1.0);
        header.Set("PC2_1", 1.0);
        header.Set("PC2_2", 0.0);
        TanWcs.FromHeader(header).ShouldBe(new TanWcs(53.1, -27.8, 100, 200, 0, -0.5, 0.5, 0));
    }

    [Fact]
    public void Other_projections_and_singular_matrices_are_refused()
    {
        var header = new FitsHeader();
        Simple(1, 2).WriteTo(header);
        header.Set("CD1_1", 0.0);
        Should.Throw<FitsException>(() => TanWcs.FromHeader(header)).Message.ShouldContain("singular");
        header.Set("CTYPE1", "RA---SIN");
        Should.Throw<FitsException>(() => TanWcs.FromHeader(header)).Message.ShouldContain("RA---SIN");
    }
}
