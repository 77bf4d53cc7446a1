using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Photometry;

/// <summary>A star of a photometric catalog.</summary>
internal sealed record PhotcatStar
{
    /// <summary>Beside what <see cref="SourceFlags"/> says: another source within the aperture adds more than a hundredth of the star's light.</summary>
    public const int NeighbourFlag = 128;

    /// <summary>Number in its catalog, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Pixels, the first is 1.</summary>
    public required double X { get; init; }

    public required double Y { get; init; }

    /// <summary>Degrees; NaN when the frame has no coordinate system.</summary>
    public required double Ra { get; init; }

    public required double Dec { get; init; }

    /// <summary>−2.5 log10 of the flux per second in the aperture, as the frame has it; NaN for a flux that is not positive.</summary>
    public required double Instrumental { get; init; }

    /// <summary>One sigma of <see cref="Instrumental"/>: noise of the pixels, of the background under them, and photons.</summary>
    public required double Error { get; init; }

    /// <summary>What uneven illumination makes of a magnitude at this place: it is subtracted; 0 when it was not known.</summary>
    public double Illumination { get; init; }

    /// <summary>Width at half maximum, pixels.</summary>
    public required double Fwhm { get; init; }

    public required int Flags { get; init; }

    /// <summary>Magnitude of the standard star at this place; NaN for none.</summary>
    public double Reference { get; init; } = double.NaN;

    public double ReferenceError { get; init; }

    /// <summary>The instrumental magnitude, evenly lit.</summary>
    public double Magnitude => Instrumental - Illumination;

    public bool IsStandard => double.IsFinite(Reference);

    /// <summary>Whether nothing speaks against using it: not blended, cut, saturated or disturbed, and its magnitude is a number.</summary>
    public bool IsClean => Flags == 0 && double.IsFinite(Instrumental) && double.IsFinite(Error) && Error > 0;
}
