using Dpu.Calibration.Imaging;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Imaging;

public sealed class RobustStatisticsTests
{
    [Fact]
    public void Selection_agrees_with_sorting()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            // Few distinct values in half of the rounds: ties are what breaks a selection.
            var values = Enumerable.Range(0, 1 + random.Next(60))
                .Select(_ => round % 2 == 0 ? random.Next(4) : random.NextSingle()).ToArray();
            var sorted = values.Order().ToArray();
            var k = random.Next(values.Length);
            RobustStatistics.Select(values.ToArray(), k).ShouldBe(sorted[k]);
            var median = (sorted[(values.Length - 1) / 2] + (double)sorted[values.Length / 2]) / 2;
            RobustStatistics.Median(values.ToArray()).ShouldBe(median);
        }
    }

    [Fact]
    public void Nothing_has_no_median()
    {
        RobustStatistics.Median([]).ShouldBe(double.NaN);
        RobustStatistics.SigmaClip([]).Count.ShouldBe(0);
    }

    [Fact]
    public void Only_finite_values_are_copied()
    {
        var target = new float[4];
        RobustStatistics.CopyFinite([1, float.NaN, 2, float.PositiveInfinity], target).ShouldBe(2);
        target[..2].ShouldBe([1f, 2f]);
    }

    [Fact]
    public void Clipping_recovers_level_and_noise_under_outliers()
    {
        const int n = 20_000;
        var random = new Random(3);
        var values = Enumerable.Range(0, n).Select(i => (float)(i % 20 == 0 ? 3000 : 1000 + (5 * Gaussian.Next(random)))).ToArray();

        var clipped = RobustStatistics.SigmaClip(values, threshold: 4);

        // Five times the standard error of a mean, of a median (1.253 x) and of a deviation over 19,000 values; at 4 sigma
        // the tails cut lower the deviation by 0.06%.
        clipped.Count.ShouldBeInRange(18_990, 19_000);
        clipped.Mean.ShouldBe(1000, 5 * 5 / Math.Sqrt(19_000));
        clipped.Median.ShouldBe(1000, 1.253 * 5 * 5 / Math.Sqrt(19_000));
        clipped.Sigma.ShouldBe(5, (5 * 5 / Math.Sqrt(2 * 19_000)) + (5 * 0.0006));
    }

    [Fact]
    public void Deviation_of_small_noise_on_a_large_level_does_not_cancel()
    {
        // Half of the values 1 above the other half: the deviation is exactly a half.
        var values = Enumerable.Range(0, 1000).Select(i => 8_000_000f + (i % 2)).ToArray();
        var (mean, sigma) = RobustStatistics.MeanAndSigma(values);
        mean.ShouldBe(8_000_000.5, 1e-6);
        sigma.ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public void Mad_estimates_a_normal_deviation()
    {
        var random = new Random(8);
        var values = Enumerable.Range(0, 40_000).Select(_ => (float)(3 * Gaussian.Next(random))).ToArray();

        // The MAD's efficiency is 37%: its standard error is that of a deviation divided by sqrt(0.37).
        RobustStatistics.SigmaFromMad(values, 0).ShouldBe(3, 5 * 3 / Math.Sqrt(2 * 0.37 * 40_000));
    }
}
