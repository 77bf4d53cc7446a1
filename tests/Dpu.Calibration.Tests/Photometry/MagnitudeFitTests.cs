using Dpu.Calibration.Photometry;
using Dpu.Calibration.Simulation;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Photometry;

public sealed class MagnitudeFitTests
{
    [Fact]
    public void A_fit_without_groups_is_the_weighted_mean()
    {
        var fit = MagnitudeFit.Solve([Datum(-1, 10, 0.1), Datum(-1, 10.2, 0.2)], 1, 10)!;
        fit.Parameters[0].ShouldBe((10 / 0.01 + 10.2 / 0.04) / (1 / 0.01 + 1 / 0.04), 1e-9);
        fit.Error(0).ShouldBe(Math.Sqrt(1 / (1 / 0.01 + 1 / 0.04)), 1e-9);
        fit.Freedom.ShouldBe(1);
    }

    [Fact]
    public void Eliminated_levels_give_what_levels_as_parameters_would()
    {
        // Two stars at airmasses 1, 1.5 and 2; one of them seen once more. By hand: slopes about each star's weighted means.
        (int Star, double X, double M)[] seen = [(0, 1, 10.1), (0, 1.5, 10.18), (0, 2, 10.27), (1, 1, 12.3), (1, 2, 12.49), (1, 2, 12.51)];
        var fit = MagnitudeFit.Solve([.. seen.Select(s => new MagnitudeDatum(s.Star, 0, s.M, 0.05, [new(0, s.X)]))], 1, 10)!;
        double xy = 0, xx = 0;
        foreach (var star in seen.GroupBy(s => s.Star))
        {
            var (x, m) = (star.Average(s => s.X), star.Average(s => s.M));
            xy += star.Sum(s => (s.X - x) * (s.M - m));
            xx += star.Sum(s => (s.X - x) * (s.X - x));
        }

        fit.Parameters[0].ShouldBe(xy / xx, 1e-9);
        fit.Error(0).ShouldBe(0.05 / Math.Sqrt(xx), 1e-9);
        fit.Freedom.ShouldBe(6 - 2 - 1);
        fit.Levels[1].ShouldBe(((12.3 + 12.49 + 12.51) / 3) - (fit.Parameters[0] * 5 / 3), 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Scatter_and_outliers_are_told_apart(int seed)
    {
        var noise = new SeededNoise((ulong)seed, 91);
        var data = Enumerable.Range(0, 600).Select(i => Datum(-1, 5 + (0.04 * noise.Normal()) + (i % 10 == 0 ? 1 : 0), 0.01)).ToArray();
        var fit = MagnitudeFit.Solve(data, 1, 4)!;
        fit.Kept.ShouldBeInRange(538, 542);
        // sqrt(0.04² - 0.01²), to 1 / sqrt(2 × 540); three of it.
        fit.Extra.ShouldBe(Math.Sqrt(0.0015), 0.1 * Math.Sqrt(0.0015));
        fit.Parameters[0].ShouldBe(5, 4 * fit.Error(0));
        fit.Error(0).ShouldBe(0.04 / Math.Sqrt(540), 0.1 * 0.04 / Math.Sqrt(540));
    }

    [Fact]
    public void What_only_differences_tell_is_refused_until_its_sum_is_set()
    {
        MagnitudeDatum[] data =
        [
            new(0, 0, 10, 0.01, [new(0, 1)]), new(0, 1, 10.3, 0.01, [new(1, 1)]), new(1, 0, 12, 0.01, [new(0, 1)]), new(1, 1, 12.3, 0.01, [new(1, 1)]),
        ];
        MagnitudeFit.Solve(data, 2, 4).ShouldBeNull();
        var fit = MagnitudeFit.Solve(data, 2, 4, [0, 1])!;
        fit.Parameters[0].ShouldBe(-0.15, 1e-6);
        fit.Parameters[1].ShouldBe(0.15, 1e-6);
        // Half the difference of two pairs: 0.01 √2 / 2 over √2 stars.
        fit.Error(0).ShouldBe(0.005, 1e-5);
    }

    [Fact]
    public void Terms_that_cancel_within_a_group_count_once()
    {
        // The factors of a star's measurements sum to 0 on the way: 1, -1, 0.5.
        double[] factors = [1, -1, 0.5];
        var fit = MagnitudeFit.Solve([.. factors.Select(f => new MagnitudeDatum(3, 0, 8 + (0.7 * f), 0.02, [new(0, f)]))], 1, 4)!;
        fit.Parameters[0].ShouldBe(0.7, 1e-9);
        var mean = factors.Average();
        fit.Error(0).ShouldBe(0.02 / Math.Sqrt(factors.Sum(f => (f - mean) * (f - mean))), 1e-9);
    }

    [Fact]
    public void Clusters_show_errors_that_their_members_share()
    {
        var noise = new SeededNoise(4, 92);
        var shared = Enumerable.Range(0, 40).Select(_ => 0.05 * noise.Normal()).ToArray();
        var data = Enumerable.Range(0, 4000).Select(i => new MagnitudeDatum(-1, i % 40, 3 + shared[i % 40] + (0.01 * noise.Normal()), 0.01, [new(0, 1)])).ToArray();
        var fit = MagnitudeFit.Solve(data, 1, 6)!;

        // The mean of 40 exposures that scatter by 0.05, not of 4000 stars: to 1 / sqrt(80), three of it.
        ClusterErrors.Of(data, fit, 0)!.Value.ShouldBe(0.05 / Math.Sqrt(40), 0.34 * 0.05 / Math.Sqrt(40));
        fit.Error(0).ShouldBeLessThan(0.001);
        ClusterErrors.Of([.. data.Where(d => d.Cluster < 3)], MagnitudeFit.Solve([.. data.Where(d => d.Cluster < 3)], 1, 6)!, 0).ShouldBeNull("three say nothing");
    }

    [Fact]
    public void Places_are_found_across_0h_and_at_the_pole()
    {
        var sky = new SkyPositions(2);
        sky.Add(359.9999, 10).ShouldBe(0);
        sky.Add(45, 90).ShouldBe(1);
        var (number, distance) = sky.Nearest(0.0001, 10);
        number.ShouldBe(0);
        distance.ShouldBe(0.72 * Math.Cos(10 * Math.PI / 180), 1e-3);
        sky.Nearest(200, 89.9999).Number.ShouldBe(1);
        sky.Nearest(0.001, 10).Number.ShouldBe(-1);
        sky.Nearest(double.NaN, 10).Number.ShouldBe(-1);
    }

    private static MagnitudeDatum Datum(int group, double value, double error) => new(group, 0, value, error, [new(0, 1)]);
}
