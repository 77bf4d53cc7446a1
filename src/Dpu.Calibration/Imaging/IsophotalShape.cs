namespace Dpu.Calibration.Imaging;

/// <summary>
/// First and second moments of an object over its pixels above the detection level, weighted by their smoothed values.
/// </summary>
/// <param name="X">Centroid, pixels from 0.</param>
/// <param name="Y">Centroid, pixels from 0.</param>
/// <param name="A">Rms width along the major axis, pixels.</param>
/// <param name="B">Rms width along the minor axis, pixels.</param>
/// <param name="Theta">Angle of the major axis from x towards y, radians, in (-π/2, π/2].</param>
/// <param name="Area">Number of pixels.</param>
internal readonly record struct IsophotalShape(double X, double Y, double A, double B, double Theta, int Area)
{
    // The variance of a uniform pixel: nothing can be measured to be thinner, and one row of pixels has no width at all.
    private const double PixelVariance = 1.0 / 12;

    public double Ellipticity => 1 - (B / A);

    public static IsophotalShape Of(Detection detection, int width)
    {
        var (cx, cy) = (detection.Pixels[0] % width, detection.Pixels[0] / width);
        double sum = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        for (var i = 0; i < detection.Pixels.Length; i++)
        {
            var pixel = detection.Pixels[i];
            double value = detection.Smoothed[i];
            double dx = (pixel % width) - cx, dy = (pixel / width) - cy;
            sum += value;
            sx += value * dx;
            sy += value * dy;
            sxx += value * dx * dx;
            syy += value * dy * dy;
            sxy += value * dx * dy;
        }

        var (mx, my) = (sx / sum, sy / sum);
        return FromMoments(cx + mx, cy + my, (sxx / sum) - (mx * mx), (syy / sum) - (my * my), (sxy / sum) - (mx * my), detection.Pixels.Length);
    }

    private static IsophotalShape FromMoments(double x, double y, double xx, double yy, double xy, int area)
    {
        // Pixels in one line have a singular matrix; each axis gets at least a pixel's own width.
        if ((xx * yy) - (xy * xy) < PixelVariance * PixelVariance)
        {
            xx += PixelVariance;
            yy += PixelVariance;
        }

        var mean = 0.5 * (xx + yy);
        var difference = Math.Sqrt((0.25 * (xx - yy) * (xx - yy)) + (xy * xy));
        var theta = 0.5 * Math.Atan2(2 * xy, xx - yy);
        return new IsophotalShape(x, y, Math.Sqrt(mean + difference), Math.Sqrt(Math.Max(mean - difference, PixelVariance)), theta, area);
    }
}
