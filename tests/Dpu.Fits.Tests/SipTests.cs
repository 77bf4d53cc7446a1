using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class SipTests
{
    private const double Scale = 0.2 / 3600;

    private static TanWcs Distorted()
    {
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[2, 0], f[1, 1], f[3, 0], f[1, 2]) = (2e-6, -1e-6, 3e-9, 3e-9);
        (g[0, 2], g[0, 3], g[2, 1]) = (-1.5e-6, 3e-9, 3e-9);
        return new TanWcs(150, 2, 512, 500, -Scale, 0, 0, Scale) { Sip = new SipPolynomials(f, g) };
    }

    /// <summary>u = 100, v = 50: f = 2e-6·1e4 - 1e-6·5e3 + 3e-9·(1e6 + 100·2500), g = -1.5e-6·2500 + 3e-9·(125000 + 1e4·50).</summary>
    [Fact]
    public void The_polynomials_are_added_before_the_linear_part()
    {
        var (u, v) = Distorted().Sip!.Straighten(100, 50);
        u.ShouldBe(100 + 0.02 - 0.005 + 0.00375, 1e-12);
        v.ShouldBe(50 - 0.00375 + 0.001875, 1e-12);
        Distorted().PixelToSky(612, 550).ShouldBe(Distorted() with { Sip = null } is var plain ? plain.PixelToSky(512 + u, 500 + v) : default);
    }

    [Fact]
    public void Pixels_come_back_from_the_sky()
    {
        var wcs = Distorted();
        for (var i = 0; i <= 100; i++)
        {
            var (x, y) = (1 + (1023.0 * (i % 10) / 9), 1 + (1023.0 * (i / 10) / 10));
            var sky = wcs.PixelToSky(x, y);
            var back = wcs.SkyToPixel(sky.Ra, sky.Dec)!.Value;
            back.X.ShouldBe(x, 1e-6);
            back.Y.ShouldBe(y, 1e-6);
        }
    }

    [Fact]
    public void The_area_is_that_of_a_small_square()
    {
        var sip = Distorted().Sip!;
        const double H = 1e-3;
        var (a, b, c) = (sip.Straighten(300, -200), sip.Straighten(300 + H, -200), sip.Straighten(300, -200 + H));
        var area = (((b.U - a.U) * (c.V - a.V)) - ((b.V - a.V) * (c.U - a.U))) / (H * H);
        sip.StraightenWithArea(300, -200).Area.ShouldBe(area, 1e-7);
    }

    /// <summary>u + f = u - u³/3e4 has its summit at u = 100: nothing lies beyond 66.7.</summary>
    [Fact]
    public void Where_the_polynomials_fold_there_is_no_pixel()
    {
        var f = new double[4, 4];
        f[3, 0] = -1 / 3e4;
        var sip = new SipPolynomials(f, new double[4, 4]);
        sip.Distort(60, 0)!.Value.U.ShouldBe(73.2, 0.5);
        sip.Distort(80, 0).ShouldBeNull();
    }

    [Fact]
    public void A_header_comes_back_and_loses_the_distortion_with_a_plain_system()
    {
        var header = new FitsHeader();
        Distorted().WriteTo(header);
        header.GetString("CTYPE1").ShouldBe("RA---TAN-SIP");
        header.GetInt64("A_ORDER").ShouldBe(3);
        header.GetDouble("A_1_2").ShouldBe(3e-9);
        header.Contains("A_0_2").ShouldBeFalse("what is absent is 0");
        var read = TanWcs.FromHeader(header);
        read.PixelToSky(700, 20).ShouldBe(Distorted().PixelToSky(700, 20));

        (Distorted() with { Sip = null }).WriteTo(header);
        header.GetString("CTYPE2").ShouldBe("DEC--TAN");
        header.ShouldNotContain(card => card.Key.StartsWith("A_", StringComparison.Ordinal) || card.Key.StartsWith("B_", StringComparison.Ordinal));
    }

    [Fact]
    public void Orders_out_of_range_are_refused()
    {
        var header = new FitsHeader();
        Distorted().WriteTo(header);
        header.Set("B_ORDER", 12L);
        Should.Throw<FitsException>(() => TanWcs.FromHeader(header)).Message.ShouldContain("B_ORDER is 12; a number from 0 to 9 is needed");
        Should.Throw<ArgumentException>(() => new SipPolynomials(new double[2, 2], new double[2, 2]));
    }
}
