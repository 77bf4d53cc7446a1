namespace Dpu.Calibration.Imaging;

/// <summary>
/// The elliptical aperture that holds nearly all the light of a galaxy or a star (Kron 1980, ApJS 43, 305; with the limits
/// of SExtractor's MAG_AUTO): 2.5 times the first radial moment, at least 3.5 rms widths.
/// </summary>
internal static class KronAperture
{
    private const double MomentRadius = 6;
    private const double Factor = 2.5;
    private const double RadiusMin = 3.5;

    // Aperture photometry of an object that fills a good part of the image says nothing and takes for ever.
    private const double SemiMajorMax = 250;

    /// <summary>The aperture, and its radius in units of the shape's rms axes.</summary>
    public static (EllipseAperture Aperture, double Radius) Of(IsophotalShape shape, Surroundings pixels)
    {
        var radius = Math.Max(RadiusMin, Factor * FirstMoment(shape, pixels));
        radius = Math.Min(radius, Math.Max(1, SemiMajorMax / shape.A));
        return (new EllipseAperture(shape.X, shape.Y, radius * shape.A, radius * shape.B, shape.Theta), radius);
    }

    private static double FirstMoment(IsophotalShape shape, Surroundings pixels)
    {
        var (sin, cos) = Math.SinCos(shape.Theta);
        var reach = (int)Math.Ceiling(Math.Min(MomentRadius * shape.A, SemiMajorMax));
        var (cx, cy) = ((int)Math.Round(shape.X), (int)Math.Round(shape.Y));
        double sum = 0, moment = 0;
        for (var y = Math.Max(0, cy - reach); y <= Math.Min(pixels.Height - 1, cy + reach); y++)
        {
            for (var x = Math.Max(0, cx - reach); x <= Math.Min(pixels.Width - 1, cx + reach); x++)
            {
                var (dx, dy) = (x - shape.X, y - shape.Y);
                var along = ((cos * dx) + (sin * dy)) / shape.A;
                var across = ((cos * dy) - (sin * dx)) / shape.B;
                var r = Math.Sqrt((along * along) + (across * across));
                if (r > MomentRadius) { continue; }
                var value = pixels.Value(x, y, shape.X, shape.Y);
                sum += value;
                moment += r * value;
            }
        }

        // Noise can turn a faint object's sums negative: the smallest aperture is then the one to use.
        return sum > 0 && moment > 0 ? moment / sum : 0;
    }
}
