namespace Dpu.Calibration.Imaging;

/// <summary>
/// Sky level and noise in one cell of a mesh, the way SExtractor estimates them (Bertin and Arnouts 1996, A&amp;AS 117,
/// 393, section 3): clip at 3 sigma about the median until the noise settles; where mean and median still agree the
/// crowding is mild and Pearson's mode, 2.5 median - 1.5 mean, removes what faint stars add; else the median stands.
/// </summary>
internal static class MeshStatistics
{
    private const double ClipSigma = 3;
    private const int PassesMax = 30;

    // Where clipping a pure Gaussian at 3 sigma settles, in units of its true width (the fixed point of the truncated width).
    private const double ClippedGaussianSigma = 0.98484;

    /// <summary>Level and noise of <paramref name="values"/>, which are finite and will be reordered.</summary>
    public static (double Level, double Rms) Estimate(Span<float> values)
    {
        var sky = RobustStatistics.SigmaClip(values, ClipSigma, PassesMax);
        if (sky.Sigma <= 0) { return (sky.Median, 0); }
        var skew = Math.Abs(sky.Mean - sky.Median) / sky.Sigma;
        var level = skew < 0.3 ? (2.5 * sky.Median) - (1.5 * sky.Mean) : sky.Median;
        return (level, sky.Sigma / ClippedGaussianSigma);
    }
}
