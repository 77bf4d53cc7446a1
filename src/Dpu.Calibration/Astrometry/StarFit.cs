using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>A source with its star, and what is left of their distance.</summary>
/// <param name="Source">Index among the frame's sources.</param>
/// <param name="Star">Index among the catalog's stars of the field.</param>
/// <param name="East">Source by the fitted system less star, arc seconds.</param>
/// <param name="North">Likewise.</param>
internal readonly record struct StarResidual(int Source, int Star, double East, double North);

/// <summary>A frame's coordinate system from its stars.</summary>
/// <param name="Residuals">Of the stars that were kept.</param>
/// <param name="Clipped">How many were left out.</param>
/// <param name="Rms">Of the residuals along one axis, arc seconds.</param>
/// <param name="Scatter">What the stars scatter beyond the sources' own errors (the catalog's errors, what the polynomial does not follow), one sigma along an axis, arc seconds.</param>
internal sealed record StarFitResult(PlateSolution Solution, IReadOnlyList<StarResidual> Residuals, int Clipped, double Rms, double Scatter);

/// <summary>
/// Fits a frame's coordinate system to catalog stars: pairs sources and stars, fits, leaves out what lies too far off, and begins again with what it has learned, until the pairs stay
/// the same. Sources weigh by their own errors and by a common scatter that is found along with the fit: the one for which the residuals are as large as they should be.
/// </summary>
internal static class StarFit
{
    private const int PassesMax = 20;
    private const int ClipsMax = 20;
    private const double RadiusMin = 0.3;

    /// <param name="frame">The frame.</param>
    /// <param name="start">Its system after its stars were recognised.</param>
    /// <param name="stars">The catalog's stars around it.</param>
    /// <param name="options">Degree, clipping, least number of stars.</param>
    /// <exception cref="RecipeException">Too few stars are left, or they scatter too much.</exception>
    public static StarFitResult Fit(StarryFrame frame, TanWcs start, IReadOnlyList<ReferenceStar> stars, AstrometricOptions options)
    {
        var (wcs, radius) = (start, 2 * options.Limits.Cell);
        IReadOnlyList<StarResidual> before = [];
        for (var pass = 0; ; pass++)
        {
            // The full polynomial only once a plain system has thrown out the strangers: they would bend it.
            var degree = pass == 0 ? 1 : options.Degree;
            var pairs = Pair(frame, wcs, stars, radius);
            var fit = FitClipped(frame, wcs, stars, pairs, degree, options);
            var settled = pass > 0 && fit.Residuals.Select(r => (r.Source, r.Star)).SequenceEqual(before.Select(r => (r.Source, r.Star)));
            if (settled || pass == PassesMax) { return Checked(frame, fit, options); }
            (wcs, before) = (fit.Solution.Wcs, fit.Residuals);
            radius = Math.Clamp(options.SigmaClip * 1.5 * fit.Rms, RadiusMin, pass == 0 ? radius : Math.Max(RadiusMin, options.Limits.Cell));
        }
    }

    private static IReadOnlyList<(int Source, int Star)> Pair(StarryFrame frame, TanWcs wcs, IReadOnlyList<ReferenceStar> stars, double radius) =>
    [
        .. SkyIndex.Mutual([.. frame.Stars.Select(s => wcs.PixelToSky(s.X, s.Y))], [.. stars.Select(s => (s.Ra, s.Dec))], radius).Select(pair => (pair.First, pair.Second)),
    ];

    private static StarFitResult FitClipped(
        StarryFrame frame, TanWcs wcs, IReadOnlyList<ReferenceStar> stars, IReadOnlyList<(int Source, int Star)> pairs, int degree, AstrometricOptions options)
    {
        var kept = pairs;
        var scatter = options.Limits.Cell;
        for (var clip = 0; ; clip++)
        {
            var errors = kept.Select(pair => frame.Stars[pair.Source].Error * frame.Wcs.PixelScale).ToArray();
            var solution = Solve(frame, wcs, stars, kept, errors, scatter, degree, options);
            var residuals = pairs.Select(pair => ResidualOf(frame, solution.Wcs, stars, pair)).ToArray();
            var known = kept.ToHashSet();
            var ofKept = residuals.Where(r => known.Contains((r.Source, r.Star))).ToArray();
            var next = ScatterModel.Extra(ofKept, errors, 2 * PlanePolynomial.CountOf(degree));
            var robust = clip == 0 ? ScatterModel.Robust(ofKept) : double.PositiveInfinity;
            var good = residuals.Where(r => IsNear(r, frame.Stars[r.Source].Error * frame.Wcs.PixelScale, Math.Min(next, robust), options.SigmaClip)).Select(r => (r.Source, r.Star)).ToArray();
            if ((good.SequenceEqual(kept) && Math.Abs(next - scatter) <= 1e-4 * (next + 1e-4)) || clip == ClipsMax)
            {
                return new StarFitResult(solution, ofKept, pairs.Count - kept.Count, ScatterModel.Rms(ofKept), next);
            }

            (kept, scatter) = (good, next);
        }
    }

    private static bool IsNear(StarResidual residual, double error, double scatter, double clip)
    {
        var limit = clip * Math.Sqrt((error * error) + (scatter * scatter));
        return Math.Abs(residual.East) <= limit && Math.Abs(residual.North) <= limit;
    }

    private static PlateSolution Solve(
        StarryFrame frame, TanWcs wcs, IReadOnlyList<ReferenceStar> stars, IReadOnlyList<(int Source, int Star)> kept, double[] errors, double scatter, int degree, AstrometricOptions options)
    {
        var plate = kept.Select((pair, i) => new PlateStar(
            frame.Stars[pair.Source].X, frame.Stars[pair.Source].Y, stars[pair.Star].Ra, stars[pair.Star].Dec, 1 / Math.Max(1e-10, (errors[i] * errors[i]) + (scatter * scatter)))).ToArray();
        if (plate.Length < options.StarsMin)
        {
            throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
                $"{frame.Input.FileName}: only {plate.Length} of its {frame.Stars.Count} sources have a star of the reference catalog that fits; {options.StarsMin} are needed ({AstrometricKeys.StarsMin}, {AstrometricKeys.Degree})."));
        }

        return PlateFit.Fit(plate, wcs, frame.Width, frame.Height, degree)
            ?? throw RecipeException.BadFile($"{frame.Input.FileName}: its {plate.Length} stars do not determine a coordinate system of degree {degree}: they lie on one line, or in one place.");
    }

    private static StarResidual ResidualOf(StarryFrame frame, TanWcs wcs, IReadOnlyList<ReferenceStar> stars, (int Source, int Star) pair)
    {
        var (source, star) = (frame.Stars[pair.Source], stars[pair.Star]);
        var (east, north) = PlateFit.Residual(wcs, source.X, source.Y, star.Ra, star.Dec);
        return new StarResidual(pair.Source, pair.Star, east, north);
    }

    private static StarFitResult Checked(StarryFrame frame, StarFitResult fit, AstrometricOptions options) => fit.Rms <= options.RmsMax
        ? fit
        : throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
            $"{frame.Input.FileName}: its {fit.Residuals.Count} stars scatter by {fit.Rms:F2} arcsec about the solution; at most {options.RmsMax:0.##} are allowed ({AstrometricKeys.RmsMax}). A distorted frame needs {AstrometricKeys.Degree} 3."));
}

/// <summary>How much residuals scatter, and how much of it the sources' errors do not explain.</summary>
internal static class ScatterModel
{
    /// <summary>Along one axis.</summary>
    public static double Rms(IReadOnlyCollection<StarResidual> residuals) =>
        residuals.Count == 0 ? 0 : Math.Sqrt(residuals.Average(r => 0.5 * ((r.East * r.East) + (r.North * r.North))));

    /// <summary>One sigma along an axis from the median distance, which strangers hardly move: the distances of a normal scatter have their median at 1.1774 sigma.</summary>
    public static double Robust(IReadOnlyCollection<StarResidual> residuals) =>
        RobustStatistics.Median([.. residuals.Select(r => (float)Math.Sqrt((r.East * r.East) + (r.North * r.North)))]) / 1.1774;

    /// <summary>
    /// The scatter s for which the residuals' squares over (error² + s²) add up to the degrees of freedom; 0 when the errors alone explain them. Found by bisection: the sum falls as s grows.
    /// </summary>
    /// <param name="residuals">One for each error.</param>
    /// <param name="errors">The sources' own along one axis, arc seconds.</param>
    /// <param name="unknowns">Of both axes together.</param>
    public static double Extra(IReadOnlyList<StarResidual> residuals, IReadOnlyList<double> errors, int unknowns)
    {
        var freedom = (2.0 * residuals.Count) - unknowns;
        if (freedom <= 0) { return 0; }
        double Sum(double s) => residuals.Select((r, i) => ((r.East * r.East) + (r.North * r.North)) / Math.Max(1e-20, (errors[i] * errors[i]) + (s * s))).Sum();
        if (Sum(0) <= freedom) { return 0; }
        var (low, high) = (0.0, 1e-3);
        while (Sum(high) > freedom) { high *= 2; }
        for (var i = 0; i < 60; i++)
        {
            var middle = 0.5 * (low + high);
            (low, high) = Sum(middle) > freedom ? (middle, high) : (low, middle);
        }

        return high;
    }
}
