using System.Runtime.InteropServices;
using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

/// <summary>What part of a source's signal a victim shows.</summary>
/// <param name="Coefficient">ADU for ADU.</param>
/// <param name="Error">Its standard error; NaN when the source has no bright pixel.</param>
/// <param name="Count">Pixels that it rests on.</param>
internal readonly record struct CrossTalkFit(double Coefficient, double Error, int Count);

/// <summary>
/// Bright pixels of a source beside those of a victim that were read at the same time; both above their surroundings. The victim has stars of its own, the same in
/// every dither: how much they feign is seen where there is no cross talk, at the same pixels moved along the row by some distances.
/// </summary>
internal sealed class CrossTalkSamples(int shifts)
{
    /// <summary>The brightest pixels say nearly all; more are not kept.</summary>
    private const int CountMax = 4_000;
    private const double Clip = 4;
    private const int Rounds = 20;
    private readonly List<float[]> _samples = [];
    private float _least;

    /// <param name="source">Above its surroundings.</param>
    /// <param name="noise">Of a pixel of the victim.</param>
    /// <param name="victim">At the same pixel, then at the moved ones; NaN for no value.</param>
    public void Add(float source, float noise, ReadOnlySpan<float> victim)
    {
        if (source < _least || !float.IsFinite(victim[0]) || !(noise > 0))
        {
            return;
        }
        _samples.Add([source, noise, .. victim]);
        if (_samples.Count == 2 * CountMax)
        {
            _samples.Sort(static (a, b) => b[0].CompareTo(a[0]));
            _samples.RemoveRange(CountMax, CountMax);
            _least = _samples[^1][0];
        }
    }

    /// <summary>
    /// The coefficient, less the mean of what is found at the moved pixels, where none is. Their scatter is its error: it holds the victim's noise and its stars
    /// alike; never less than the noise alone, 1/√Σ(source/noise)².
    /// </summary>
    public CrossTalkFit Fit()
    {
        if (_samples.Count == 0)
        {
            return new CrossTalkFit(0, double.NaN, 0);
        }
        var fit = Fit(0);
        var moved = Enumerable.Range(1, shifts).Select(i => (float)Fit(i).Coefficient).Where(float.IsFinite).ToArray();
        if (moved.Length < 2)
        {
            return fit;
        }
        var nothing = RobustStatistics.SigmaClip(moved);
        var scatter = nothing.Sigma * Math.Sqrt((nothing.Count + 1.0) / (nothing.Count - 1.0));
        return fit with { Coefficient = fit.Coefficient - nothing.Mean, Error = Math.Max(fit.Error, scatter) };
    }

    /// <summary>
    /// A line through the origin by weighted least squares. Pixels further off the line than four of their sigma, where the victim has a bright source,
    /// are left out; the line starts from the median ratio, which such pixels hardly move.
    /// </summary>
    private CrossTalkFit Fit(int column)
    {
        var ratios = new float[_samples.Count];
        var count = 0;
        foreach (var sample in CollectionsMarshal.AsSpan(_samples))
        {
            if (float.IsFinite(sample[2 + column]))
            {
                ratios[count++] = sample[2 + column] / sample[0];
            }
        }
        var fit = new CrossTalkFit(RobustStatistics.Median(ratios.AsSpan(0, count)), double.NaN, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var next = Weighted(column, fit.Coefficient);
            if (next.Count == 0 || next.Coefficient == fit.Coefficient)
            {
                return next.Count == 0 ? fit : next;
            }
            fit = next;
        }
        return fit;
    }

    private CrossTalkFit Weighted(int column, double coefficient)
    {
        var (products, squares, count) = (0.0, 0.0, 0);
        foreach (var sample in CollectionsMarshal.AsSpan(_samples))
        {
            double source = sample[0], weight = 1 / ((double)sample[1] * sample[1]), victim = sample[2 + column];
            if (Math.Abs(victim - (coefficient * source)) <= Clip * sample[1])
            {
                products += weight * source * victim;
                squares += weight * source * source;
                count++;
            }
        }
        return new CrossTalkFit(products / squares, 1 / Math.Sqrt(squares), count);
    }
}
