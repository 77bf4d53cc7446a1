using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>The reference of difference imaging: its pixels, weights, and stars.</summary>
internal sealed class ReferenceImage
{
    private const double WholePixels = 1e-4;
    private readonly FitsImage _image;
    private readonly FitsImage _weights;

    private ReferenceImage(FitsImage image, FitsImage weights, TanWcs wcs, StarImage stars, IReadOnlyList<Source> sources)
    {
        (_image, _weights, Wcs, Stars, Sources) = (image, weights, wcs, stars, sources);
    }

    public TanWcs Wcs { get; }

    /// <summary>Those that tell the kernel: bright, alone, whole.</summary>
    public StarImage Stars { get; }

    /// <summary>All that are measured: whole and not saturated.</summary>
    public IReadOnlyList<Source> Sources { get; }

    public FitsHeader Header => _image.Header;

    public static ReferenceImage Open(TaskContext context, TaskInput input, string prefix)
    {
        var stars = StarImage.Open(context, input, prefix);
        var image = FitsReader.ReadImage(input.Path);
        var weights = WeightExtension.Read(input.Path, image) ?? throw RecipeException.BadFile($"{input.FileName} has no extension {WeightExtension.Name}; Reference makes images that have.");
        var detections = SourceDetector.Detect(stars.Image, stars.Background, DetectionOptions.Default with { Threshold = context.Pars.Positive(prefix + "DETECT_THRESH") });
        var options = new MeasurementOptions(stars.Gain, image.Header.GetDouble("SATURATE", double.PositiveInfinity), 8);
        var sources = SourceMeasurer.Measure(stars.Image, stars.Background, detections, options);
        const SourceFlags Unusable = SourceFlags.Saturated | SourceFlags.Edge | SourceFlags.BadPixel | SourceFlags.CentroidIsophotal;
        return new ReferenceImage(image, weights, TanWcs.FromHeader(image.Header), stars, [.. sources.Where(s => (s.Flags & Unusable) == 0)]);
    }

    /// <summary>The part of the reference under a frame, NaN where there is none, and where its first pixel is.</summary>
    public (FitsImage Image, FitsImage Weights, (int X, int Y) Shift) Under(FitsImage frame, TaskInput input)
    {
        var wcs = TanWcs.FromHeader(frame.Header);
        var (x, y) = (Wcs.Crpix1 - wcs.Crpix1, Wcs.Crpix2 - wcs.Crpix2);
        var shift = ((int)Math.Round(x), (int)Math.Round(y));
        var sameGrid = (Wcs with { Crpix1 = 0, Crpix2 = 0 }) == (wcs with { Crpix1 = 0, Crpix2 = 0 });
        if (!sameGrid || Math.Abs(x - shift.Item1) > WholePixels || Math.Abs(y - shift.Item2) > WholePixels)
        {
            throw RecipeException.BadFile($"{input.FileName} lies on another grid than the reference; Regrid.process_params.RA_CENTER, DEC_CENTER and PIXEL_SCALE put them on one.");
        }

        var (image, weights) = (new FitsImage(frame.Width, frame.Height), new FitsImage(frame.Width, frame.Height));
        image.Pixels.AsSpan().Fill(float.NaN);
        for (var row = 0; row < frame.Height; row++)
        {
            var from = row + shift.Item2;
            if (from < 0 || from >= _image.Height) { continue; }
            var (first, last) = (Math.Max(0, -shift.Item1), Math.Min(frame.Width, _image.Width - shift.Item1));
            for (var column = first; column < last; column++)
            {
                var weight = _weights[column + shift.Item1, from];
                if (weight > 0) { (image[column, row], weights[column, row]) = (_image[column + shift.Item1, from], weight); }
            }
        }

        return (image, weights, shift);
    }
}
