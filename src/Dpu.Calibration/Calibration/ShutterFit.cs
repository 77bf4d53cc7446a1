namespace Dpu.Calibration.Calibration;

/// <summary>Mean level of the boxes of one flat, and the photons' variance of each mean.</summary>
/// <param name="Seconds">EXPTIME.</param>
/// <param name="Levels">ADU above the bias, box by box; NaN where a box has no value.</param>
/// <param name="Variances">ADU².</param>
internal sealed record BoxLevels(double Seconds, double[] Levels, double[] Variances);

/// <summary>What the shutter adds to an exposure.</summary>
/// <param name="Mean">Seconds, over the chip.</param>
/// <param name="MeanError">Its standard error, which holds the lamp's unsteadiness.</param>
/// <param name="LampScatter">Relative scatter of the lamp from flat to flat beyond the photons' noise.</param>
/// <param name="Boxes">Seconds, box by box; NaN where a box says nothing.</param>
/// <param name="BoxError">Typical standard error of a box relative to the mean: that of the photons.</param>
internal sealed record ShutterFit(double Mean, double MeanError, double LampScatter, double[] Boxes, double BoxError)
{
    private const int Rounds = 6;

    /// <summary>
    /// A flat of EXPTIME t has the level <c>lamp · (t + delay)</c>: a line through the flats of several times meets zero at −delay. First the means of the flats:
    /// they tell the mean delay, and how steady the lamp is. Then each flat is scaled to that line, and its boxes tell how the delay differs over the chip.
    /// </summary>
    public static ShutterFit Of(IReadOnlyList<BoxLevels> flats)
    {
        double[] times = [.. flats.Select(f => f.Seconds)];
        int[] good = [.. Enumerable.Range(0, flats[0].Levels.Length).Where(b => flats.All(f => double.IsFinite(f.Levels[b])))];
        double[] means = [.. flats.Select(f => good.Average(b => f.Levels[b]))];
        double[] photons = [.. flats.Select(f => good.Sum(b => f.Variances[b]) / good.Length / good.Length)];
        var (mean, scatter) = FitMeans(times, means, photons);
        var boxes = new double[flats[0].Levels.Length];
        Array.Fill(boxes, double.NaN);
        var errors = 0.0;
        var (values, variances) = (new double[times.Length], new double[times.Length]);
        foreach (var box in good)
        {
            for (var i = 0; i < times.Length; i++)
            {
                var steady = mean.At(times[i]) / means[i];
                values[i] = flats[i].Levels[box] * steady;
                variances[i] = flats[i].Variances[box] * steady * steady;
            }
            var fit = LineFit.Of(times, values, variances);
            boxes[box] = fit.Delay;
            errors += fit.DelayError * fit.DelayError / good.Length;
        }
        return new ShutterFit(mean.Delay, mean.DelayError, scatter, boxes, Math.Sqrt(errors));
    }

    /// <summary>The lamp's scatter is what the residuals have beyond the photons' noise; it goes into the weights, and so into the error.</summary>
    private static (LineFit Fit, double Scatter) FitMeans(double[] times, double[] means, double[] photons)
    {
        var scatter = 0.0;
        var fit = LineFit.Of(times, means, photons);
        for (var round = 0; round < Rounds && times.Length > 2; round++)
        {
            var excess = 0.0;
            for (var i = 0; i < times.Length; i++)
            {
                var expected = fit.At(times[i]);
                excess += (Math.Pow((means[i] / expected) - 1, 2) * times.Length / (times.Length - 2.0)) - (photons[i] / (expected * expected));
            }
            scatter = Math.Sqrt(Math.Max(0, excess / times.Length));
            fit = LineFit.Of(times, means, [.. photons.Zip(times, (p, t) => p + Math.Pow(scatter * fit.At(t), 2))]);
        }
        return (fit, scatter);
    }
}
