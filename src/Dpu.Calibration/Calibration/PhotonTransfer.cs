using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

/// <summary>What a pair of equally exposed flats says about an amplifier.</summary>
/// <param name="Level">Mean level of the first flat above the bias, ADU.</param>
/// <param name="Ratio">Level of the first over that of the second, which is scaled by it.</param>
/// <param name="Variance">Of the difference between the first and the scaled second, ADU².</param>
/// <param name="Count">Degrees of freedom that it rests on.</param>
internal readonly record struct TransferPoint(double Level, double Ratio, double Variance, double Count)
{
    /// <summary>
    /// ADU per electron: the difference has the photons' variance <c>level (1 + ratio) / gain</c> and the read noise's of both,
    /// <c>readNoise² (1 + ratio²)</c>.
    /// </summary>
    public double InverseGain(double readNoise) => (Variance - (readNoise * readNoise * (1 + (Ratio * Ratio)))) / (Level * (1 + Ratio));

    /// <summary>Standard error of it: a variance from n degrees of freedom is known to √(2/n) of itself.</summary>
    public double Error => Variance * Math.Sqrt(2 / Count) / (Level * (1 + Ratio));

    /// <summary>How it changes with the read noise.</summary>
    public double Slope(double readNoise) => -2 * readNoise * (1 + (Ratio * Ratio)) / (Level * (1 + Ratio));
}

/// <summary>Measures the scatter of the difference between two flats, block by block, so that no structure of the flats or of their light enters.</summary>
internal static class PhotonTransfer
{
    private const int Block = 32;
    private const double Clip = 5;

    /// <returns>A point for each amplifier; its count is 0 when no block of it is free of saturated pixels.</returns>
    public static TransferPoint[] Measure(CorrectedFrame first, CorrectedFrame second, double ratio)
    {
        var sums = new Sums[first.Sections.Amplifiers.Count];
        var (one, two) = (new float[Block * first.Width], new float[Block * first.Width]);
        for (var y = 0; y + Block <= first.Height; y += Block)
        {
            first.ReadRows(one);
            second.ReadRows(two);
            for (var i = 0; i < sums.Length; i++)
            {
                var place = first.Sections.Amplifiers[i].Place;
                if (y < place.Y || y + Block > place.Y + place.Height)
                {
                    continue;
                }
                for (var x = place.X; x + Block <= place.X + place.Width; x += Block)
                {
                    sums[i].Add(one, two, first.Width, x, (float)ratio);
                }
            }
        }
        return [.. sums.Select(s => s.Point(ratio))];
    }

    private struct Sums
    {
        private double _count;
        private double _squares;
        private double _levels;

        public void Add(float[] one, float[] two, int width, int x, float ratio)
        {
            Span<float> differences = stackalloc float[Block * Block];
            var level = 0.0;
            for (var i = 0; i < differences.Length; i++)
            {
                var at = (i / Block * width) + x + (i % Block);
                differences[i] = one[at] - (ratio * two[at]);
                level += one[at];
            }
            // Near saturation the noise is cut off: a block in which one pixel reaches it says nothing. NaN makes the sum NaN.
            if (!double.IsFinite(level))
            {
                return;
            }
            var kept = RobustStatistics.SigmaClip(differences, Clip);
            _count += kept.Count - 1;
            _squares += kept.Sigma * kept.Sigma * kept.Count;
            _levels += level / differences.Length * (kept.Count - 1);
        }

        public readonly TransferPoint Point(double ratio) => new(_levels / _count, ratio, _squares / _count, _count);
    }
}
