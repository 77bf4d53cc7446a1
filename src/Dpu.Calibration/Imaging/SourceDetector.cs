using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// Finds objects in a background-subtracted image: pixels of the smoothed image above a multiple of the local noise,
/// connected over edges and corners, and cut apart where one group holds several summits.
/// </summary>
internal static class SourceDetector
{
    /// <summary>Objects in the order of their first pixel. NaN pixels are never part of one.</summary>
    public static IReadOnlyList<Detection> Detect(FitsImage subtracted, BackgroundMap background, DetectionOptions options)
    {
        var found = new List<Detection>();
        foreach (var (pixels, smoothed) in ConnectedRuns(subtracted, background, options).Groups(options.AreaMin))
        {
            found.AddRange(Deblender.Split(pixels, smoothed, subtracted.Width, options));
        }

        // Pixels are listed in ascending order.
        found.Sort((a, b) => a.Pixels[0].CompareTo(b.Pixels[0]));
        return found;
    }

    private static RunTable ConnectedRuns(FitsImage image, BackgroundMap background, DetectionOptions options)
    {
        var runs = new RunTable(image.Width);
        var smoothed = new float[image.Width];
        var noise = new float[image.Width];
        var scratch = new float[image.Width];
        for (var y = 0; y < image.Height; y++)
        {
            options.Kernel.SmoothRow(image.Pixels, image.Width, image.Height, y, smoothed, scratch);
            background.FillRms(y, noise);
            runs.AddRow(y, smoothed, noise, (float)options.Threshold, image.Row(y));
        }

        return runs;
    }
}
