namespace Dpu.Calibration.Photometry;

/// <summary>A star's magnitude, or its flux, at a time; <paramref name="Error"/> is one sigma, all causes included.</summary>
internal readonly record struct LightPoint(double Mjd, double Value, double Error);

/// <summary>What a star's magnitudes or fluxes say of its constancy.</summary>
/// <param name="Mean">Weighted mean.</param>
/// <param name="MeanError">One sigma of it, for a constant star.</param>
/// <param name="Rms">Scatter as it is.</param>
/// <param name="Expected">Scatter that the errors make.</param>
/// <param name="ChiSquared">Sum of the squared deviations from the mean in units of their errors.</param>
/// <param name="Chance">Probability of at least that sum from a constant star.</param>
/// <param name="Excess">Scatter of the star itself: what the errors leave unexplained, 0 when nothing.</param>
/// <param name="ExcessError">One sigma of it.</param>
internal readonly record struct Constancy(
    int Points, double Mean, double MeanError, double Rms, double Expected, double ChiSquared, double Chance, double Excess, double ExcessError)
{
    /// <param name="points">Two at least.</param>
    public static Constancy Of(IReadOnlyList<LightPoint> points)
    {
        var n = points.Count;
        var weights = points.Select(p => 1 / (p.Error * p.Error)).ToArray();
        var total = weights.Sum();
        var mean = points.Select((p, i) => weights[i] * p.Value).Sum() / total;
        var chi2 = points.Select((p, i) => weights[i] * Math.Pow(p.Value - mean, 2)).Sum();
        var plain = points.Average(p => p.Value);
        var rms = Math.Sqrt(points.Sum(p => Math.Pow(p.Value - plain, 2)) / (n - 1));

        // The moment estimator of DerSimonian and Laird (1986): chi² of a star that varies by s is n - 1 + s² (sum w - sum w² / sum w).
        var lever = total - (weights.Sum(w => w * w) / total);
        var variance = Math.Max(0, (chi2 - (n - 1)) / lever);

        // Of n deviations d with noise s: var of the variance is (4 s² sum d² / (n - 1) + 2 s⁴) / (n - 1).
        var noise = (n - 1) / lever;
        var ofVariance = Math.Sqrt(((4 * noise * variance) + (2 * noise * noise)) / (n - 1));
        var (excess, error) = (Math.Sqrt(variance), variance > ofVariance ? 0.5 * ofVariance / Math.Sqrt(variance) : Math.Sqrt(ofVariance));
        return new Constancy(
            n, mean, Math.Sqrt(1 / total), rms, Math.Sqrt(points.Average(p => p.Error * p.Error)), chi2, Photometry.ChiSquared.Above(chi2, n - 1), excess, error);
    }
}
