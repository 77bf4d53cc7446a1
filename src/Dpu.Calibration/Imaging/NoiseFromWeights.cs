using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// Noise of an image whose weights are known up to a factor: 1/sqrt(weight), scaled so that it agrees with the scatter that
/// the image shows. Where the depth changes within a mesh cell, as at the rim of a coadd, a mesh alone would be wrong.
/// </summary>
internal sealed class NoiseFromWeights
{
    private readonly FitsImage _weights;
    private readonly BackgroundMap _scale;

    private NoiseFromWeights(FitsImage weights, BackgroundMap scale) => (_weights, _scale) = (weights, scale);

    /// <summary>Null when no pixel has a weight.</summary>
    public static NoiseFromWeights? Of(FitsImage subtracted, FitsImage weights, BackgroundOptions options)
    {
        var scaled = new float[subtracted.Pixels.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = weights.Pixels[i] > 0 ? subtracted.Pixels[i] * MathF.Sqrt(weights.Pixels[i]) : float.NaN;
        }

        var scale = BackgroundMap.Estimate(scaled, subtracted.Width, subtracted.Height, options);
        return scale is null ? null : new NoiseFromWeights(weights, scale);
    }

    /// <summary>The noise along a row; NaN where the weight is not positive.</summary>
    public void FillRow(int y, Span<float> row)
    {
        _scale.FillRms(y, row);
        var weights = _weights.Row(y);
        for (var x = 0; x < row.Length; x++) { row[x] = weights[x] > 0 ? row[x] / MathF.Sqrt(weights[x]) : float.NaN; }
    }
}
