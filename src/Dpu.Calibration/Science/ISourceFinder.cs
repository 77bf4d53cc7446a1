using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>The sources of one image.</summary>
/// <param name="Sources">In any order.</param>
/// <param name="Background">Mean level per pixel.</param>
/// <param name="Noise">Mean noise per pixel.</param>
/// <param name="Sections">Where they were looked for.</param>
internal sealed record FoundSources(IReadOnlyList<Source> Sources, double Background, double Noise, IReadOnlyList<PixelArea> Sections);

/// <summary>Finds and measures the sources of an image: with our own code, or with a program of the field.</summary>
internal interface ISourceFinder
{
    /// <param name="context">Whose log is written to.</param>
    /// <param name="image">May be changed.</param>
    /// <param name="weights">Weights of the pixels, up to a factor; 0 where there is no image.</param>
    /// <param name="options">All knobs.</param>
    /// <returns>Null when no part of the image holds enough good pixels.</returns>
    FoundSources? Find(TaskContext context, FitsImage image, FitsImage? weights, ExtractionOptions options);
}

/// <summary>With our own code: <see cref="SourceExtraction"/>.</summary>
internal sealed class OwnSourceFinder : ISourceFinder
{
    public FoundSources? Find(TaskContext context, FitsImage image, FitsImage? weights, ExtractionOptions options) =>
        SourceExtraction.Extract(image, weights, options) is { } found ? new FoundSources(found.Sources, found.Background.Level, found.Background.Rms, found.Sections) : null;
}
