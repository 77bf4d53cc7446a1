namespace Dpu.Calibration.Imaging;

/// <summary>How an object's flux grows with the radius of a circle.</summary>
internal static class GrowthCurve
{
    private const int SubPixels = 5;
    private const double Step = 0.1;

    /// <summary>The radius in pixels within which half of <paramref name="flux"/> lies; the outer radius when it never gets there.</summary>
    public static double HalfLightRadius(double x, double y, double radiusMax, double flux, Surroundings pixels)
    {
        var reach = Math.Min(radiusMax, 100);
        Span<double> rings = stackalloc double[(int)Math.Ceiling(reach / Step) + 1];
        rings.Clear();
        Fill(rings, x, y, reach, pixels);
        double inside = 0;
        for (var i = 0; i < rings.Length; i++)
        {
            var next = inside + rings[i];
            if (next >= 0.5 * flux && rings[i] > 0) { return Step * (i + (((0.5 * flux) - inside) / rings[i])); }
            inside = next;
        }

        return reach;
    }

    private static void Fill(Span<double> rings, double x, double y, double reach, Surroundings pixels)
    {
        for (var py = (int)Math.Floor(y - reach); py <= Math.Ceiling(y + reach); py++)
        {
            for (var px = (int)Math.Floor(x - reach); px <= Math.Ceiling(x + reach); px++)
            {
                if (pixels.Contains(px, py)) { Spread(rings, px - x, py - y, pixels.Value(px, py, x, y)); }
            }
        }
    }

    private static void Spread(Span<double> rings, double dx, double dy, double value)
    {
        for (var j = 0; j < SubPixels; j++)
        {
            for (var i = 0; i < SubPixels; i++)
            {
                var sx = dx + ((i + 0.5) / SubPixels) - 0.5;
                var sy = dy + ((j + 0.5) / SubPixels) - 0.5;
                var ring = (int)(Math.Sqrt((sx * sx) + (sy * sy)) / Step);
                if (ring < rings.Length) { rings[ring] += value / (SubPixels * SubPixels); }
            }
        }
    }
}
