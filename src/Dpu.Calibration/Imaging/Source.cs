namespace Dpu.Calibration.Imaging;

/// <summary>
/// What was measured of one object. Positions are in pixels from 0 at the centre of the first pixel; fluxes in the image's
/// unit summed over pixels, above the background; errors are one sigma from the background's noise and the object's own
/// photons.
/// </summary>
internal sealed record Source
{
    /// <summary>Centroid under a Gaussian window of the object's own size.</summary>
    public required double X { get; init; }

    public required double Y { get; init; }

    /// <summary>One-sigma error of the windowed position along x and y.</summary>
    public required double XError { get; init; }

    public required double YError { get; init; }

    /// <summary>Centroid and shape of the pixels above the detection level.</summary>
    public required IsophotalShape Shape { get; init; }

    public required Measured FluxIso { get; init; }

    /// <summary>In a circle of the given diameter.</summary>
    public required Measured FluxAper { get; init; }

    /// <summary>In an ellipse of 2.5 Kron radii, 3.5 rms widths at least.</summary>
    public required Measured FluxAuto { get; init; }

    /// <summary>Kron radius as used, in units of the shape's rms axes.</summary>
    public required double KronRadius { get; init; }

    /// <summary>Radius of the circle that holds half of <see cref="FluxAuto"/>, in pixels.</summary>
    public required double HalfLightRadius { get; init; }

    /// <summary>Width at half maximum of the Gaussian with the same windowed second moments, in pixels.</summary>
    public required double Fwhm { get; init; }

    /// <summary>Brightest pixel above the background.</summary>
    public required double Peak { get; init; }

    /// <summary>Background level at the object.</summary>
    public required double Background { get; init; }

    public required SourceFlags Flags { get; init; }
}

/// <summary>A value with its one-sigma error.</summary>
internal readonly record struct Measured(double Value, double Error)
{
    public double SignalToNoise => Value / Error;
}
