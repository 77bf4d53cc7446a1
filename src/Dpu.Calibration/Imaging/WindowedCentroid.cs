namespace Dpu.Calibration.Imaging;

/// <summary>
/// Position and width under a Gaussian window that follows the object: nearly as precise as a fitted profile, and blind to
/// the isophote's ragged rim. The iteration is the one of SExtractor's XWIN and YWIN.
/// </summary>
/// <param name="X">Pixels from 0.</param>
/// <param name="Y">Pixels from 0.</param>
/// <param name="XError">One sigma from the background's noise and the object's photons, pixels.</param>
/// <param name="YError">As <paramref name="XError"/>.</param>
/// <param name="Fwhm">Width of the Gaussian whose windowed second moments these are, with the window and the pixel taken out.</param>
internal readonly record struct WindowedCentroid(double X, double Y, double XError, double YError, double Fwhm)
{
    private const int IterationsMax = 30;
    private const double Tolerance = 1e-4;
    private const double WindowSigmas = 4;
    private const double FwhmPerSigma = 2.354820045;
    private const double PixelVariance = 1.0 / 12;

    /// <summary>Null when the position runs away from the start or the flux in the window vanishes.</summary>
    /// <param name="halfLightRadius">Sets the window: its width at half maximum is the diameter that holds half of the light.</param>
    public static WindowedCentroid? Of(double x, double y, double halfLightRadius, double rms, double gain, Surroundings pixels)
    {
        var sigma = Math.Max(0.5, 2 * halfLightRadius / FwhmPerSigma);
        var (cx, cy) = (x, y);
        for (var i = 0; i < IterationsMax; i++)
        {
            var moments = Moments(cx, cy, sigma, pixels);
            if (moments.Sum <= 0) { return null; }
            var (dx, dy) = (2 * moments.X / moments.Sum, 2 * moments.Y / moments.Sum);
            cx += dx;
            cy += dy;

            // A window that slides off settles on a neighbour, not on this object.
            if (Math.Abs(cx - x) > Math.Max(1, halfLightRadius) || Math.Abs(cy - y) > Math.Max(1, halfLightRadius)) { return null; }
            if ((dx * dx) + (dy * dy) < Tolerance * Tolerance) { break; }
        }

        var last = Moments(cx, cy, sigma, pixels);
        if (last.Sum <= 0) { return null; }
        var (ex, ey) = Errors(cx, cy, sigma, rms, gain, pixels, last.Sum);
        return new WindowedCentroid(cx, cy, ex, ey, Width(last, sigma));
    }

    private readonly record struct Sums(double Sum, double X, double Y, double RadiusSquared);

    private static Sums Moments(double cx, double cy, double sigma, Surroundings pixels)
    {
        var reach = WindowSigmas * sigma;
        var scale = -0.5 / (sigma * sigma);
        double sum = 0, sx = 0, sy = 0, srr = 0;
        for (var y = Math.Max(0, (int)(cy - reach)); y <= Math.Min(pixels.Height - 1, (int)(cy + reach) + 1); y++)
        {
            for (var x = Math.Max(0, (int)(cx - reach)); x <= Math.Min(pixels.Width - 1, (int)(cx + reach) + 1); x++)
            {
                var (dx, dy) = (x - cx, y - cy);
                var rr = (dx * dx) + (dy * dy);
                if (rr > reach * reach) { continue; }
                var weighted = Math.Exp(rr * scale) * pixels.Value(x, y, cx, cy);
                sum += weighted;
                sx += weighted * dx;
                sy += weighted * dy;
                srr += weighted * rr;
            }
        }

        return new Sums(sum, sx, sy, srr);
    }

    private static (double X, double Y) Errors(double cx, double cy, double sigma, double rms, double gain, Surroundings pixels, double sum)
    {
        var reach = WindowSigmas * sigma;
        double ex = 0, ey = 0;
        for (var y = Math.Max(0, (int)(cy - reach)); y <= Math.Min(pixels.Height - 1, (int)(cy + reach) + 1); y++)
        {
            for (var x = Math.Max(0, (int)(cx - reach)); x <= Math.Min(pixels.Width - 1, (int)(cx + reach) + 1); x++)
            {
                var (dx, dy) = (x - cx, y - cy);
                var rr = (dx * dx) + (dy * dy);
                if (rr > reach * reach) { continue; }
                var variance = (rms * rms) + (gain > 0 ? Math.Max(0, pixels.Value(x, y, cx, cy)) / gain : 0);
                var weight = Math.Exp(-rr / (sigma * sigma)) * variance;
                ex += weight * dx * dx;
                ey += weight * dy * dy;
            }
        }

        return (2 * Math.Sqrt(ex) / sum, 2 * Math.Sqrt(ey) / sum);
    }

    private static double Width(Sums sums, double sigma)
    {
        // Gaussian times Gaussian: the inverse variances add. Noise may leave nothing of the object's own.
        var windowed = sums.RadiusSquared / (2 * sums.Sum);
        var window = sigma * sigma;
        var own = windowed > 0 && windowed < 0.9 * window ? windowed * window / (window - windowed) : 4 * window;
        return FwhmPerSigma * Math.Sqrt(Math.Max(own - PixelVariance, PixelVariance));
    }
}
