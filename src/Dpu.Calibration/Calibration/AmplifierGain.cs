namespace Dpu.Calibration.Calibration;

/// <summary>The gain of one amplifier.</summary>
/// <param name="Name">The amplifier's, empty for the only one.</param>
/// <param name="Gain">Electrons per ADU; NaN when the pairs have no photon noise.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="ReadNoise">What was taken off, ADU.</param>
/// <param name="ChiSquare">Of the pairs about their mean, per degree of freedom; NaN for one pair.</param>
internal sealed record AmplifierGain(string Name, double Gain, double Error, double ReadNoise, double ChiSquare)
{
    /// <summary>The weighted mean of the pairs. The read noise's error is common to all of them and does not average out.</summary>
    public static AmplifierGain Of(string name, IReadOnlyList<TransferPoint> points, double readNoise, double readNoiseError)
    {
        var (weights, sum, slope) = (0.0, 0.0, 0.0);
        foreach (var point in points)
        {
            var weight = 1 / (point.Error * point.Error);
            weights += weight;
            sum += weight * point.InverseGain(readNoise);
            slope += weight * point.Slope(readNoise);
        }
        var mean = sum / weights;
        var error = Math.Sqrt((1 / weights) + Math.Pow(slope / weights * readNoiseError, 2));
        var chiSquare = points.Sum(p => Math.Pow((p.InverseGain(readNoise) - mean) / p.Error, 2)) / (points.Count - 1);
        return mean > 0
            ? new AmplifierGain(name, 1 / mean, error / (mean * mean), readNoise, points.Count > 1 ? chiSquare : double.NaN)
            : new AmplifierGain(name, double.NaN, double.NaN, readNoise, double.NaN);
    }
}
