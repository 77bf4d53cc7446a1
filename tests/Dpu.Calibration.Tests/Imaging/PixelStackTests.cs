using Dpu.Calibration.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class PixelStackTests
{
    private static readonly StackOptions s_mean = new(UseMedian: false, ClipSigma: 4, ClipFraction: 0.3);

    [Fact]
    public void The_mean_is_weighted_and_weights_add_up()
    {
        var (value, weight, seconds) = Combine(s_mean, (10, 1, 60), (16, 2, 30));
        value.ShouldBe(14, 1e-5);
        weight.ShouldBe(3, 1e-5);
        seconds.ShouldBe(90, 1e-5);
    }

    [Fact]
    public void Nothing_gives_nothing()
    {
        var (value, weight, seconds) = Combine(s_mean, (float.NaN, 1, 60), (5, 0, 60));
        value.ShouldBe(double.NaN);
        (weight, seconds).ShouldBe((0, 0));
    }

    [Fact]
    public void A_cosmic_ray_is_left_out()
    {
        var (value, weight, seconds) = Combine(s_mean, (1, 1, 60), (500, 1, 60), (2, 1, 60));
        value.ShouldBe(1.5, 1e-5);
        weight.ShouldBe(2, 1e-5);
        seconds.ShouldBe(120, 1e-5);
    }

    [Fact]
    public void A_stars_core_survives_a_change_of_seeing()
    {
        // 25% apart at 1000 times the noise: 4 sigma alone would throw the sharpest one away.
        Combine(s_mean, (800, 1, 60), (1000, 1, 60), (1250, 1, 60)).Value.ShouldBe(1016.667, 1e-2);
        Combine(s_mean with { ClipFraction = 0 }, (800, 1, 60), (1000, 1, 60), (1250, 1, 60)).Value.ShouldBe(1000, 1e-2);
    }

    [Fact]
    public void The_median_is_the_median()
    {
        var (value, weight, _) = Combine(s_mean with { UseMedian = true }, (1, 1, 60), (500, 1, 60), (2, 1, 60));
        value.ShouldBe(2);
        weight.ShouldBe(3 * 2 / Math.PI, 1e-5);
    }

    [Fact]
    public void A_scale_changes_value_and_weight_together()
    {
        var stack = new PixelStack(1, 1);
        stack.Add(0, [3f], [4f], scale: 2, seconds: 10);
        var (values, weights, seconds) = (new float[1], new float[1], new float[1]);
        stack.Combine(s_mean, values, weights, seconds);
        (values[0], weights[0]).ShouldBe((6f, 1f));
    }

    [Fact]
    public void Parts_of_rows_land_where_they_belong()
    {
        var stack = new PixelStack(6, 2);
        stack.Add(0, [1, 1, 1], [1, 1, 1], 1, 10);
        stack.Add(2, [3, 3, 3], [1, 1, 1], 1, 10);
        var (values, weights, seconds) = (new float[6], new float[6], new float[6]);
        stack.Combine(s_mean, values, weights, seconds);
        values.ShouldBe([1, 1, 2, 3, 3, float.NaN]);
        weights.ShouldBe([1, 1, 2, 1, 1, 0]);
        stack.Clear();
        stack.Combine(s_mean, values, weights, seconds);
        weights.ShouldAllBe(w => w == 0);
    }

    private static (double Value, double Weight, double Seconds) Combine(StackOptions options, params (float Value, float Weight, double Seconds)[] pixels)
    {
        var stack = new PixelStack(1, pixels.Length);
        foreach (var p in pixels) { stack.Add(0, [p.Value], [p.Weight], 1, p.Seconds); }
        var (values, weights, seconds) = (new float[1], new float[1], new float[1]);
        stack.Combine(options, values, weights, seconds);
        return (values[0], weights[0], seconds[0]);
    }
}
