using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// Puts an image on another pixel grid by interpolating its surface brightness times the area that a new pixel
/// covers: flux is kept. Bad pixels are bridged by their neighbours for the taps that hardly count; a new pixel that leans
/// on one is left out. Where new pixels are larger than old ones, several samples are averaged in each.
/// </summary>
internal sealed class Resampler
{
    // A bad pixel with at least this part of the kernel's weight spoils the new one.
    private const float BadWeightMax = 0.05f;

    private readonly int _width;
    private readonly int _height;
    private readonly float[] _pixels;
    private readonly bool[] _bad;
    private readonly bool[] _nearBad;
    private readonly float[] _weights;

    /// <param name="image">NaN where bad.</param>
    /// <param name="weights">1/noise² of each pixel.</param>
    public Resampler(FitsImage image, float[] weights)
    {
        (_width, _height, _weights) = (image.Width, image.Height, weights);
        _bad = Array.ConvertAll(image.Pixels, p => !float.IsFinite(p));
        _nearBad = BadPixels.Dilate(_bad, _width, _height, SincKernel.Taps / 2);
        _pixels = [.. image.Pixels];
        BadPixels.Bridge(_pixels, _bad, _width, _height);
    }

    /// <summary>Fills an image and its weights (0 and NaN where there is nothing) whose pixel (1, 1) maps by <paramref name="map"/>.</summary>
    public void Fill(FitsImage target, FitsImage targetWeights, TangentMap map)
    {
        var samples = SamplesPerSide(map, target);
        for (var y = 0; y < target.Height; y++)
        {
            for (var x = 0; x < target.Width; x++)
            {
                (target[x, y], targetWeights[x, y]) = samples == 1 ? Sample(map, x + 1, y + 1) : Average(map, x + 1, y + 1, samples);
            }
        }
    }

    private static int SamplesPerSide(TangentMap map, FitsImage target)
    {
        var area = map.MapWithArea(0.5 * target.Width, 0.5 * target.Height).Area;
        return double.IsFinite(area) ? Math.Clamp((int)Math.Ceiling(Math.Sqrt(area) - 0.1), 1, 16) : 1;
    }

    private (float Value, float Weight) Average(TangentMap map, int x, int y, int samples)
    {
        var (sum, weight) = (0.0, 0.0);
        for (var j = 0; j < samples; j++)
        {
            for (var i = 0; i < samples; i++)
            {
                var (value, w) = Sample(map, x + ((i + 0.5) / samples) - 0.5, y + ((j + 0.5) / samples) - 0.5);
                if (w <= 0) { return (float.NaN, 0); }
                sum += value;
                weight += w;
            }
        }

        // The samples are nearly independent when each stands for an old pixel: their mean is that much quieter.
        return ((float)(sum / (samples * samples)), (float)weight);
    }

    private (float Value, float Weight) Sample(TangentMap map, double x, double y)
    {
        var (sx, sy, area) = map.MapWithArea(x, y);
        if (!double.IsFinite(sx)) { return (float.NaN, 0); }
        var (px, py) = (sx - 1, sy - 1);
        var (ix, iy) = ((int)Math.Floor(px), (int)Math.Floor(py));
        if (ix < SincKernel.Before || iy < SincKernel.Before
            || ix + SincKernel.Taps - SincKernel.Before > _width || iy + SincKernel.Taps - SincKernel.Before > _height)
        {
            return (float.NaN, 0);
        }

        var tapsX = SincKernel.TapsAt(px - ix);
        var tapsY = SincKernel.TapsAt(py - iy);
        var corner = ((iy - SincKernel.Before) * _width) + ix - SincKernel.Before;
        var nearest = ((int)Math.Round(py) * _width) + (int)Math.Round(px);
        if (_nearBad[nearest] && LeansOnBad(corner, tapsX, tapsY)) { return (float.NaN, 0); }
        var value = SincKernel.Interpolate(_pixels, _width, corner, tapsX, tapsY) * area;
        var weight = _weights[nearest] / (area * area);
        return weight > 0 ? ((float)value, (float)weight) : (float.NaN, 0);
    }

    private bool LeansOnBad(int corner, ReadOnlySpan<float> tapsX, ReadOnlySpan<float> tapsY)
    {
        for (var j = 0; j < SincKernel.Taps; j++)
        {
            for (var i = 0; i < SincKernel.Taps; i++)
            {
                if (_bad[corner + (j * _width) + i] && Math.Abs(tapsX[i] * tapsY[j]) >= BadWeightMax) { return true; }
            }
        }

        return false;
    }
}
