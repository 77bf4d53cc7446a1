using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Tests.Imaging;

/// <summary>Images whose truth is known: a sky with noise, and Gaussian stars integrated over each pixel by a fine grid.</summary>
internal static class TestSky
{
    private const int SubPixels = 8;

    public static FitsImage Blank(int width, int height, double level = 0, double noise = 0, int seed = 1)
    {
        var image = new FitsImage(width, height);
        var random = new Random(seed);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (float)(level + (noise > 0 ? noise * Gaussian.Next(random) : 0));
        }

        return image;
    }

    /// <summary>Adds a star at a position from 0; <paramref name="ratio"/> is minor over major width, <paramref name="theta"/> the major axis from x.</summary>
    public static void AddStar(FitsImage image, double x, double y, double flux, double fwhm, double ratio = 1, double theta = 0)
    {
        var sigma = fwhm / 2.354820045;
        var (sin, cos) = Math.SinCos(theta);
        var reach = (int)Math.Ceiling(7 * sigma);
        var norm = flux / (2 * Math.PI * sigma * sigma * ratio * SubPixels * SubPixels);
        for (var py = Math.Max(0, (int)y - reach); py <= Math.Min(image.Height - 1, (int)y + reach); py++)
        {
            for (var px = Math.Max(0, (int)x - reach); px <= Math.Min(image.Width - 1, (int)x + reach); px++)
            {
                var sum = 0.0;
                for (var k = 0; k < SubPixels * SubPixels; k++)
                {
                    var dx = px - x + (((k % SubPixels) + 0.5) / SubPixels) - 0.5;
                    var dy = py - y + (((k / SubPixels) + 0.5) / SubPixels) - 0.5;
                    var (u, v) = (((cos * dx) + (sin * dy)) / sigma, ((cos * dy) - (sin * dx)) / (sigma * ratio));
                    sum += Math.Exp(-0.5 * ((u * u) + (v * v)));
                }

                image[px, py] += (float)(norm * sum);
            }
        }
    }

    /// <summary>Background, detection and measurement with the defaults that observers know.</summary>
    public static IReadOnlyList<Source> Find(FitsImage image, double gain = 0, double saturation = double.PositiveInfinity, double aperture = 12)
    {
        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, new BackgroundOptions())!;
        background.SubtractFrom(image.Pixels, image.Width);
        var detections = SourceDetector.Detect(image, background, DetectionOptions.Default);
        return SourceMeasurer.Measure(image, background, detections, new MeasurementOptions(gain, saturation, aperture));
    }

    /// <summary>The source nearest to a position.</summary>
    public static Source At(this IReadOnlyList<Source> sources, double x, double y) =>
        sources.MinBy(s => ((s.X - x) * (s.X - x)) + ((s.Y - y) * (s.Y - y)))!;
}
