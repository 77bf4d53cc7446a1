using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>
/// The mosaic: chips in two rows of four with gaps between them, like the Wide Field Imager at the 2.2 m telescope on La Silla
/// (ccd50 … ccd53 above, ccd57 … ccd54 below), each chip turned by a little angle of its own.
/// </summary>
internal sealed class Camera(SimulationOptions options)
{
    /// <summary>Columns of prescan at the left, and of overscan at the right.</summary>
    public const int OverscanColumns = 16;

    /// <summary>Arc seconds per pixel.</summary>
    public const double Scale = 0.238;
    public const double TargetRa = 53.1229;
    public const double TargetDec = -27.8047;
    private const int GapX = 24;
    private const int GapY = 15;
    private const double RotationMaxDegrees = 0.1;

    public int DataWidth { get; } = options.Width - (2 * OverscanColumns);

    public int DataHeight { get; } = options.Height;

    private double PitchX => DataWidth + GapX;

    private double PitchY => DataHeight + GapY;

    /// <summary>Half of the mosaic's extent in pixels, with room for the dithers.</summary>
    public (double X, double Y) HalfField => ((2 * PitchX) + DitherStep, PitchY + DitherStep);

    /// <summary>Dithers are wider than the gaps, so that every point of the sky is seen.</summary>
    private static double DitherStep => 40;

    public static string Name(int chip) => $"ccd{50 + chip}";

    /// <summary>Pointing of an exposure: the first on target, the others around it.</summary>
    public static (double Ra, double Dec) Pointing(int exposure)
    {
        if (exposure == 0)
        {
            return (TargetRa, TargetDec);
        }
        // The golden angle never repeats a direction.
        var (sin, cos) = Math.SinCos(exposure * 2.399963);
        var degrees = DitherStep * Scale / 3600;
        return (TargetRa + (degrees * cos / Math.Cos(TargetDec * Math.PI / 180)), TargetDec + (degrees * sin));
    }

    /// <summary>The chip's centre relative to the mosaic's, in pixels: x to the right (west), y up (north).</summary>
    public (double X, double Y) Centre(int chip)
    {
        var column = chip < 4 ? chip : 7 - chip;
        return ((column - 1.5) * PitchX, (chip < 4 ? 0.5 : -0.5) * PitchY);
    }

    /// <summary>Where a header says that an exposure points.</summary>
    public (double Ra, double Dec) Told(int exposure)
    {
        var pointing = Pointing(exposure);
        if (options.PointingError == 0) { return pointing; }
        var noise = new SeededNoise(options.Seed, Streams.Pointing, exposure);
        var (east, north) = (noise.Uniform(-options.PointingError, options.PointingError), noise.Uniform(-options.PointingError, options.PointingError));
        return (pointing.Ra + (east / 3600 / Math.Cos(pointing.Dec * Math.PI / 180)), pointing.Dec + (north / 3600));
    }

    /// <summary>The chip's coordinate system in raw pixels, counted from 1, with what the optics do to it.</summary>
    public TanWcs Wcs(int chip, (double Ra, double Dec) pointing)
    {
        var noise = new SeededNoise(options.Seed, Streams.Geometry, chip);
        var (sin, cos) = Math.SinCos(noise.Uniform(-RotationMaxDegrees, RotationMaxDegrees) * Math.PI / 180);
        var (dx, dy) = Centre(chip);
        var (x0, y0) = (OverscanColumns + ((DataWidth + 1) / 2.0), (DataHeight + 1) / 2.0);
        // Mosaic = R (pixel − centre) + offset, so the tangent point (mosaic 0, 0) lies at centre − R⁻¹ offset.
        var crpix1 = x0 - ((cos * dx) + (sin * dy));
        var crpix2 = y0 - ((-sin * dx) + (cos * dy));
        const double Step = Scale / 3600;
        return new TanWcs(pointing.Ra, pointing.Dec, crpix1, crpix2, -Step * cos, Step * sin, Step * sin, Step * cos) { Sip = Optics() };
    }

    /// <summary>A shift away from the optical axis with the third power of the distance: the same for a chip that is turned about that axis.</summary>
    private SipPolynomials? Optics()
    {
        if (options.Distortion == 0) { return null; }
        var corner = Math.Sqrt((HalfField.X * HalfField.X) + (HalfField.Y * HalfField.Y));

        // SIP leads from the pixels that are seen to those without distortion: inward.
        var k = -options.Distortion / (corner * corner * corner);
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[3, 0], f[1, 2], g[0, 3], g[2, 1]) = (k, k, k, k);
        return new SipPolynomials(f, g);
    }

    /// <summary>True for a raw pixel position (from 1) on the light-sensitive part.</summary>
    public bool IsOnChip(double x, double y) =>
        x >= OverscanColumns + 0.5 && x < OverscanColumns + DataWidth + 0.5 && y >= 0.5 && y < DataHeight + 0.5;
}

/// <summary>Numbers that name the streams of random numbers.</summary>
internal static class Streams
{
    public const int Geometry = 1;
    public const int Detector = 2;
    public const int Pattern = 3;
    public const int Sky = 4;
    public const int Frame = 5;
    public const int Level = 6;
    public const int Variability = 7;
    public const int Clouds = 8;
    public const int Standards = 9;
    public const int Pointing = 10;
    public const int Catalog = 11;
}
