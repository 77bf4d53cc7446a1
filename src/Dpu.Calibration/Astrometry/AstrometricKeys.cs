using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>The process parameters of the astrometric recipes, in Astro-WISE's notation.</summary>
internal static class AstrometricKeys
{
    public const string Prefix = "AstrometricParameters.process_params.";
    public const string RefCat = Prefix + "REFCAT";
    public const string RaColumn = Prefix + "RA_COLUMN";
    public const string DecColumn = Prefix + "DEC_COLUMN";
    public const string MagnitudeColumn = Prefix + "MAG_COLUMN";
    public const string PointingError = Prefix + "POINTING_ERROR";
    public const string RotationError = Prefix + "ROTATION_ERROR";
    public const string ScaleError = Prefix + "SCALE_ERROR";
    public const string MatchRadius = Prefix + "MATCH_RADIUS";
    public const string SigmaClip = Prefix + "SIGMA_CLIP";
    public const string Degree = Prefix + "DEGREE";
    public const string StarsMin = Prefix + "STARS_MIN";
    public const string SignalToNoiseMin = Prefix + "SNR_MIN";
    public const string RmsMax = Prefix + "RMS_MAX";
    public const string Auto = "auto";

    public static IReadOnlyList<ProcessParameter> Catalog { get; } =
    [
        new(RefCat, Auto, "reference catalog: absolute path of a FITS table or VOTable, name of an installed or a registered one; auto: the only registered one"),
        new(RaColumn, Auto, "its column of right ascensions, degrees; auto: by meaning (UCD) or name"),
        new(DecColumn, Auto, "its column of declinations, degrees; auto: likewise"),
        new(MagnitudeColumn, Auto, "its column of magnitudes, by which bright stars are chosen; auto: likewise, or none"),
    ];

    public static IReadOnlyList<ProcessParameter> Match { get; } =
    [
        new(PointingError, "60", "how wrong the header's pointing may be along an axis, arc seconds"),
        new(RotationError, "1", "how wrong its rotation may be, degrees"),
        new(ScaleError, "0.02", "how wrong its pixel scale may be, as a part of it"),
        new(MatchRadius, "2", "how far a source may lie from its star once those are right, arc seconds"),
        new(SigmaClip, "3.5", "stars that lie further off, in units of their error, are left out"),
        new(Degree, "1", "degree of the polynomial in pixels: 1 is a plain TAN, 2 to 5 add the distortion as SIP"),
        new(StarsMin, "5", "fewer stars than this (and than the fit needs) are too few"),
        new(SignalToNoiseMin, "10", "fainter sources are left out"),
        new(RmsMax, "1", "a larger scatter of the stars about the solution along an axis is a failure, arc seconds"),
    ];
}

/// <summary>What the parameters say of recognising the stars and fitting them.</summary>
/// <param name="StarsMin">Stars that a solution needs.</param>
internal sealed record AstrometricOptions(PatternLimits Limits, double SigmaClip, int Degree, int StarsMin, double SignalToNoiseMin, double RmsMax)
{
    private const int DegreeMax = 5;

    // Shifts are counted in cells of the radius, on both axes: this bounds the memory for them.
    private const int CellsMax = 300;

    // A solution with hardly more stars than unknowns fits whatever it is given.
    private const double StarsPerTerm = 1.5;

    public static AstrometricOptions Of(ProcessParameters pars)
    {
        var degree = pars.Integer(AstrometricKeys.Degree);
        if (degree is < 1 or > DegreeMax) { throw RecipeException.Wrong($"pars: {AstrometricKeys.Degree} is {degree}; a number from 1 to {DegreeMax} is needed."); }
        var (pointing, cell) = (pars.Positive(AstrometricKeys.PointingError), pars.Positive(AstrometricKeys.MatchRadius));
        if (pointing > CellsMax * cell)
        {
            throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
                $"pars: {AstrometricKeys.PointingError} is {pointing:0.###}, more than {CellsMax} times {AstrometricKeys.MatchRadius} ({cell:0.###}); for so wrong a pointing the radius has to be wider."));
        }

        var stars = Math.Max(pars.Integer(AstrometricKeys.StarsMin), (int)Math.Ceiling(StarsPerTerm * PlanePolynomial.CountOf(degree)));
        return new AstrometricOptions(
            new PatternLimits(pointing, NotNegative(pars, AstrometricKeys.RotationError), NotNegative(pars, AstrometricKeys.ScaleError), cell),
            pars.Positive(AstrometricKeys.SigmaClip),
            degree,
            stars,
            pars.Positive(AstrometricKeys.SignalToNoiseMin),
            pars.Positive(AstrometricKeys.RmsMax));
    }

    private static double NotNegative(ProcessParameters pars, string key)
    {
        var number = pars.Number(key);
        return number >= 0 ? number : throw RecipeException.Wrong($"pars: {key} is {number}; a number from 0 on is needed.");
    }
}
