using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>What turns pixels into figures.</summary>
/// <param name="Gain">Electrons per unit of the image, for the photons' noise; 0 leaves it out.</param>
/// <param name="Saturation">Level of the image before the background was subtracted, at which pixels are no longer linear.</param>
/// <param name="ApertureDiameter">Of the fixed aperture, in pixels.</param>
internal sealed record MeasurementOptions(double Gain, double Saturation, double ApertureDiameter);

/// <summary>Measures detected objects on the unsmoothed image.</summary>
internal sealed class SourceMeasurer
{
    private readonly FitsImage _image;
    private readonly BackgroundMap _background;
    private readonly MeasurementOptions _options;
    private readonly int[] _owners;
    private readonly float[] _level;
    private readonly float[] _noise;
    private int _row = -1;

    private SourceMeasurer(FitsImage image, BackgroundMap background, MeasurementOptions options, IReadOnlyList<Detection> detections)
    {
        (_image, _background, _options) = (image, background, options);
        _owners = new int[image.Pixels.Length];
        for (var i = 0; i < detections.Count; i++)
        {
            foreach (var pixel in detections[i].Pixels) { _owners[pixel] = i + 1; }
        }

        _level = new float[image.Width];
        _noise = new float[image.Width];
    }

    /// <summary>One source for each detection, in their order. The image has its background subtracted.</summary>
    public static IReadOnlyList<Source> Measure(
        FitsImage subtracted, BackgroundMap background, IReadOnlyList<Detection> detections, MeasurementOptions options)
    {
        var measurer = new SourceMeasurer(subtracted, background, options, detections);
        return [.. detections.Select((d, i) => measurer.Measure(d, i + 1))];
    }

    private Source Measure(Detection detection, int number)
    {
        var pixels = new Surroundings(_image, _owners, number);
        var shape = IsophotalShape.Of(detection, _image.Width);
        var (level, rms) = SkyAt(shape);
        var (kron, kronRadius) = KronAperture.Of(shape, pixels);
        var auto = kron.Sum(pixels);
        var iso = detection.Pixels.Sum(p => (double)_image.Pixels[p]);
        var half = GrowthCurve.HalfLightRadius(shape.X, shape.Y, kron.SemiMajor, auto.Flux, pixels);
        var window = WindowedCentroid.Of(shape.X, shape.Y, half, rms, _options.Gain, pixels);
        var (x, y) = window is { } w ? (w.X, w.Y) : (shape.X, shape.Y);
        var aperture = EllipseAperture.Circle(x, y, 0.5 * _options.ApertureDiameter).Sum(pixels);
        var peak = detection.Pixels.Max(p => (double)_image.Pixels[p]);
        return new Source
        {
            X = x,
            Y = y,
            XError = window?.XError ?? shape.A / Math.Max(1, iso / (rms * Math.Sqrt(shape.Area))),
            YError = window?.YError ?? shape.A / Math.Max(1, iso / (rms * Math.Sqrt(shape.Area))),
            Shape = shape,
            FluxIso = WithError(iso, shape.Area, rms),
            FluxAper = WithError(aperture.Flux, aperture.Area, rms),
            FluxAuto = WithError(auto.Flux, auto.Area, rms),
            KronRadius = kronRadius,
            HalfLightRadius = half,
            Fwhm = window?.Fwhm ?? 2 * half,
            Peak = peak,
            Background = level,
            Flags = Flags(detection, auto, window is null, peak + level),
        };
    }

    private Measured WithError(double flux, double area, double rms)
    {
        var photons = _options.Gain > 0 ? Math.Max(0, flux) / _options.Gain : 0;
        return new Measured(flux, Math.Sqrt((area * rms * rms) + photons));
    }

    private (double Level, double Rms) SkyAt(IsophotalShape shape)
    {
        var (x, y) = (Math.Clamp((int)Math.Round(shape.X), 0, _image.Width - 1), Math.Clamp((int)Math.Round(shape.Y), 0, _image.Height - 1));
        if (y != _row)
        {
            // Objects come in the order of their first pixel: neighbours in the list mostly share a row.
            _background.FillLevel(y, _level);
            _background.FillRms(y, _noise);
            _row = y;
        }

        return float.IsNaN(_level[x]) ? (_background.Level, _background.Rms) : (_level[x], _noise[x]);
    }

    private SourceFlags Flags(Detection detection, ApertureSum auto, bool isophotal, double brightest)
    {
        var flags = detection.Blended ? SourceFlags.Blended : SourceFlags.None;
        if (auto.ReplacedArea > 0.1 * auto.Area) { flags |= SourceFlags.Crowded; }
        if (brightest >= _options.Saturation) { flags |= SourceFlags.Saturated; }
        if (!auto.IsComplete) { flags |= SourceFlags.ApertureIncomplete; }
        if (isophotal) { flags |= SourceFlags.CentroidIsophotal; }
        return flags | Borders(detection);
    }

    private SourceFlags Borders(Detection detection)
    {
        var flags = SourceFlags.None;
        foreach (var pixel in detection.Pixels)
        {
            var (x, y) = (pixel % _image.Width, pixel / _image.Width);
            if (x == 0 || y == 0 || x == _image.Width - 1 || y == _image.Height - 1) { flags |= SourceFlags.Edge; }
            else if (BesideBad(pixel)) { flags |= SourceFlags.BadPixel; }
        }

        return flags;
    }

    private bool BesideBad(int pixel) =>
        float.IsNaN(_image.Pixels[pixel - 1]) || float.IsNaN(_image.Pixels[pixel + 1])
        || float.IsNaN(_image.Pixels[pixel - _image.Width]) || float.IsNaN(_image.Pixels[pixel + _image.Width]);
}
