using Dpu.Calibration.Calibration;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

public sealed class GaussianSmootherTests
{
    [Fact]
    public void A_sloping_plane_is_kept_to_the_edges()
    {
        var plane = new float[90 * 70];
        for (var i = 0; i < plane.Length; i++)
        {
            plane[i] = 5 + (0.01f * (i % 90)) - (0.02f * (i / 90));
        }
        var smooth = GaussianSmoother.Smooth(plane, 90, 70, 8);
        Enumerable.Range(0, plane.Length).ShouldAllBe(i => Math.Abs(smooth[i] - plane[i]) < 1e-4);
    }

    [Fact]
    public void Holes_are_filled_from_around_them()
    {
        var flat = Enumerable.Repeat(5f, 64 * 64).ToArray();
        flat[(30 * 64) + 30] = float.NaN;
        flat[0] = float.NaN;
        GaussianSmoother.Smooth(flat, 64, 64, 4).ShouldAllBe(v => Math.Abs(v - 5) < 1e-4);
    }

    [Fact]
    public void Where_nothing_is_near_there_is_no_value()
    {
        var image = Enumerable.Repeat(float.NaN, 100).ToArray();
        GaussianSmoother.Smooth(image, 10, 10, 2).ShouldAllBe(v => float.IsNaN(v));
    }

    [Fact]
    public void A_point_is_spread_by_the_bell()
    {
        var image = new float[101 * 101];
        image[(50 * 101) + 50] = 1;
        var smooth = GaussianSmoother.Smooth(image, 101, 101, 5);
        smooth.Sum().ShouldBe(1, 1e-4);
        smooth[(50 * 101) + 50].ShouldBe((float)(1 / (2 * Math.PI * 25)), 1e-4f);
        // Cut at three sigma, the bell is 1.3% narrower.
        Math.Sqrt(Enumerable.Range(0, smooth.Length).Sum(i => smooth[i] * Math.Pow((i % 101) - 50, 2))).ShouldBe(5 * 0.987, 0.02);
    }
}
