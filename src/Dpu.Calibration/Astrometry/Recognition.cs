using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Recognises the stars of frames that share one pointing, a single frame or all chips of an exposure, and mends their headers' coordinate systems by one shift, rotation and change of
/// scale.
/// </summary>
internal static class Recognition
{
    private const double ArcsecondsPerDegree = 3600;

    // First the brightest, which every catalog has; then more, for catalogs that begin where the frame saturates. Narrow cells tell a few true pairs from many false ones, wide ones bear
    // distortion: the wide come first, as they are quick.
    private static readonly (int Sources, double Cell)[] s_tries = [(60, 1), (60, 0.5), (250, 1), (250, 0.5), (250, 0.25)];

    /// <param name="context">For the log.</param>
    /// <param name="frames">Of one exposure.</param>
    /// <param name="catalog">The stars.</param>
    /// <param name="options">How wrong the headers may be.</param>
    /// <returns>The mended system of each frame.</returns>
    /// <exception cref="RecipeException">Too few sources or stars, or the two have nothing to do with each other.</exception>
    public static IReadOnlyList<TanWcs> Recognise(TaskContext context, IReadOnlyList<StarryFrame> frames, ReferenceCatalog catalog, AstrometricOptions options)
    {
        var plane = PlaneOf(frames);
        var radius = frames.Max(frame => SkyIndex.Separation((plane.Crval1, plane.Crval2), frame.Middle) + frame.Radius);
        var reach = (radius * (1 + options.Limits.ScaleMax)) + (1.5 * options.Limits.ShiftMax);
        var stars = catalog.Around(plane.Crval1, plane.Crval2, reach / ArcsecondsPerDegree);
        var what = frames.Count == 1 ? frames[0].Input.FileName : $"the exposure {frames[0].Exposure} ({frames.Count} frames)";
        CheckCounts(what, frames, catalog, stars, options, plane, reach);
        var (shift, sources) = Search(frames, plane, stars, options, reach / radius);
        if (shift.ChanceLog10 > PatternMatch.ChanceLog10Max) { throw NotRecognised(what, shift, sources, stars.Count, catalog, options); }
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Pointing was off by : {shift.East:F2} {shift.North:F2} (arcsec), rotation {shift.RotationDegrees:F3} (deg), scale {shift.Scale:F4}; {shift.Votes} stars agree, {shift.Expected:F1} would by chance"));
        return [.. frames.Select(frame => Mended(frame, plane, shift))];
    }

    private static TanWcs PlaneOf(IReadOnlyList<StarryFrame> frames)
    {
        var middles = frames.Select(frame => SkyIndex.Vector(frame.Middle.Ra, frame.Middle.Dec)).ToArray();
        var (ra, dec) = SkyIndex.Position((middles.Sum(v => v.X), middles.Sum(v => v.Y), middles.Sum(v => v.Z)));
        return new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
    }

    private static void CheckCounts(
        string what, IReadOnlyList<StarryFrame> frames, ReferenceCatalog catalog, IReadOnlyList<ReferenceStar> stars, AstrometricOptions options, TanWcs plane, double reach)
    {
        var sources = frames.Sum(frame => frame.Stars.Count);
        if (sources < options.StarsMin)
        {
            throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
                $"{what} has {sources} sources above {options.SignalToNoiseMin:0.#} sigma that are whole; {options.StarsMin} are needed ({AstrometricKeys.SignalToNoiseMin}, {AstrometricKeys.StarsMin}, {AstrometricKeys.Degree})."));
        }

        if (stars.Count < options.StarsMin)
        {
            throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
                $"The reference catalog {catalog.Name} has {stars.Count} stars within {reach / 60:F1} arcmin of {plane.Crval1:F4} {plane.Crval2:F4} (deg), where {what} points; {options.StarsMin} are needed. Of its {catalog.Stars.Count} stars none are taken from elsewhere: it must cover the field."));
        }
    }

    private static (PatternShift Shift, int Sources) Search(
        IReadOnlyList<StarryFrame> frames, TanWcs plane, IReadOnlyList<ReferenceStar> stars, AstrometricOptions options, double margin)
    {
        var points = stars.Any(star => double.IsFinite(star.Magnitude)) ? stars.OrderBy(star => double.IsFinite(star.Magnitude) ? star.Magnitude : double.MaxValue) : stars.AsEnumerable();
        var reference = points.Select(star => PointOf(plane, star.Ra, star.Dec)).OfType<PlanePoint>().ToArray();
        var hasMagnitudes = stars.Any(star => double.IsFinite(star.Magnitude));
        var sources = SourcesOf(frames, plane);
        (PatternShift Shift, int Sources) best = (new PatternShift(0, 0, 0, 1, 0, 0, 0), 0);
        foreach (var (count, cell) in s_tries)
        {
            // The catalog reaches beyond the frame: as many more of its stars are as bright.
            var many = hasMagnitudes ? (int)Math.Min(reference.Length, 1.5 * count * margin * margin) : reference.Length;
            var (bright, known) = (sources.Take(count).ToArray(), reference.Take(many).ToArray());
            if (PatternMatch.Find(bright, known, options.Limits with { Cell = cell * options.Limits.Cell }) is { } shift && (best.Sources == 0 || shift.ChanceLog10 < best.Shift.ChanceLog10)) { best = (shift, bright.Length); }
            if (best.Shift.ChanceLog10 <= PatternMatch.ChanceLog10Max) { break; }
        }

        return best;
    }

    /// <summary>The sources of all frames, the brightest first: one of each frame in turn, so that a sensitive chip does not speak for all.</summary>
    private static List<PlanePoint> SourcesOf(IReadOnlyList<StarryFrame> frames, TanWcs plane) =>
    [
        .. frames.SelectMany(frame => frame.Stars.Select((star, rank) => (rank, Sky: frame.Wcs.PixelToSky(star.X, star.Y)))).OrderBy(s => s.rank)
            .Select(s => PointOf(plane, s.Sky.Ra, s.Sky.Dec)).OfType<PlanePoint>(),
    ];

    private static PlanePoint? PointOf(TanWcs plane, double ra, double dec) =>
        plane.SkyToPlane(ra, dec) is { } at ? new PlanePoint(at.East * ArcsecondsPerDegree, at.North * ArcsecondsPerDegree) : null;

    private static TanWcs Mended(StarryFrame frame, TanWcs plane, PatternShift shift)
    {
        (double, double) Map(double x, double y)
        {
            var (ra, dec) = frame.Wcs.PixelToSky(x, y);
            var point = shift.Apply(PointOf(plane, ra, dec)!.Value);
            return plane.PlaneToSky(point.East / ArcsecondsPerDegree, point.North / ArcsecondsPerDegree);
        }

        return PlateFit.Render(Map, frame.Wcs, frame.Width, frame.Height, frame.Wcs.Sip?.Order ?? 1)?.Wcs
            ?? throw RecipeException.BadFile($"{frame.Input.FileName}: its coordinate system cannot be mended; CD and CRPIX make no sense.");
    }

    private static RecipeException NotRecognised(string what, PatternShift shift, int sources, int stars, ReferenceCatalog catalog, AstrometricOptions options) =>
        RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
            $"{what} is not recognised in {catalog.Name}: of its {sources} brightest sources {shift.Votes} agree with the {stars} stars there, no more than by chance ({shift.Expected:F1} expected for one shift of many). Either the catalog is of other stars, or the header is off by more than ")
            + string.Create(CultureInfo.InvariantCulture,
            $"{options.Limits.ShiftMax:0.#} arcsec, {options.Limits.RotationMax:0.##} degrees or {100 * options.Limits.ScaleMax:0.##}% of the scale ({AstrometricKeys.PointingError}, {AstrometricKeys.RotationError}, {AstrometricKeys.ScaleError})."));
}
