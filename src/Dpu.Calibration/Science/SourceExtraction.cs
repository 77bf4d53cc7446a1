using Dpu.Calibration.Calibration;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>The sources of one image and the background under them.</summary>
internal sealed record ExtractedSources(IReadOnlyList<Source> Sources, BackgroundMap Background, IReadOnlyList<PixelArea> Sections);

/// <summary>All knobs of a source extraction.</summary>
/// <param name="FindSections">Whether the image is raw: overscan is looked for and left out, amplifiers get a background each.</param>
internal sealed record ExtractionOptions(
    BackgroundOptions Background, DetectionOptions Detection, MeasurementOptions Measurement, bool FindSections);

/// <summary>From pixels to sources: sections, background, detection, measurement.</summary>
internal static class SourceExtraction
{
    /// <summary>Finds and measures. The image loses its background and the pixels outside its sections.</summary>
    /// <param name="weights">Weights of the pixels, up to a factor; 0 where there is no image.</param>
    /// <returns>Null when no part of the image holds enough good pixels.</returns>
    public static ExtractedSources? Extract(FitsImage image, FitsImage? weights, ExtractionOptions options)
    {
        var sections = Sections(image, options);
        if (options.FindSections) { FrameSections.Mask(image, sections); }
        if (weights is not null) { MaskUnweighted(image, weights); }
        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, options.Background, sections);
        if (background is null) { return null; }
        background.SubtractFrom(image.Pixels, image.Width);
        if (weights is not null) { background.UseWeights(image, weights, options.Background); }
        var detections = SourceDetector.Detect(image, background, options.Detection);
        var sources = SourceMeasurer.Measure(image, background, detections, options.Measurement);
        return new ExtractedSources(sources, background, sections);
    }

    /// <summary>The parts of the image that show sky, each with a background of its own.</summary>
    internal static IReadOnlyList<PixelArea> Sections(FitsImage image, ExtractionOptions options)
    {
        var whole = new PixelArea(0, 0, image.Width, image.Height);
        if (!options.FindSections) { return [whole]; }
        var sky = StatedSection(image.Header) is { } stated && stated.Union(whole) == whole ? stated : whole;
        return FrameSections.Find(image, sky) is { Count: > 0 } found ? found : [sky];
    }

    // Frames put together from several amplifiers often keep the sections of one: those that reach over the image are of that kind.
    private static PixelArea? StatedSection(FitsHeader header) =>
        (Section.Read(header, "TRIMSEC", int.MaxValue, int.MaxValue) ?? Section.Read(header, "DATASEC", int.MaxValue, int.MaxValue)) is { } s
            ? new PixelArea(s.X, s.Y, s.Width, s.Height)
            : null;

    private static void MaskUnweighted(FitsImage image, FitsImage weights)
    {
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            if (!(weights.Pixels[i] > 0)) { image.Pixels[i] = float.NaN; }
        }
    }
}
