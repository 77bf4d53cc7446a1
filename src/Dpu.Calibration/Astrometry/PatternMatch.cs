namespace Dpu.Calibration.Astrometry;

/// <summary>A point of the plane that touches the sky at a frame's middle, arc seconds.</summary>
internal readonly record struct PlanePoint(double East, double North);

/// <summary>How wrong a header may be.</summary>
/// <param name="ShiftMax">Of the pointing along one axis, arc seconds.</param>
/// <param name="RotationMax">Degrees.</param>
/// <param name="ScaleMax">Part of the pixel scale.</param>
/// <param name="Cell">How far apart a source and its star may lie once shift, rotation and scale are right, arc seconds.</param>
internal sealed record PatternLimits(double ShiftMax, double RotationMax, double ScaleMax, double Cell);

/// <summary>
/// What brings a header's idea of the sources' positions onto the catalog's stars: <c>star = shift + scale · R(rotation) · source</c>.
/// </summary>
/// <param name="Votes">Pairs of a source and a star that agree upon it.</param>
/// <param name="Expected">How many would by chance.</param>
/// <param name="ChanceLog10">The chance, as a power of ten, that any of the tried shifts gets so many votes when catalog and frame have nothing in common.</param>
internal readonly record struct PatternShift(double East, double North, double RotationDegrees, double Scale, int Votes, double Expected, double ChanceLog10)
{
    public PlanePoint Apply(PlanePoint point)
    {
        var (sin, cos) = Math.SinCos(RotationDegrees * Math.PI / 180);
        return new PlanePoint(
            East + (Scale * ((cos * point.East) - (sin * point.North))), North + (Scale * ((sin * point.East) + (cos * point.North))));
    }
}

/// <summary>
/// Recognises a frame's sources among a catalog's stars. For each rotation and scale in small steps, every pair of a bright source and a bright star votes for the shift that would
/// bring them together; true pairs vote for one shift, all others for any.
/// </summary>
internal static class PatternMatch
{
    /// <summary>Between catalogs that have nothing to do with a frame, one in a thousand frames may be "recognised".</summary>
    public const double ChanceLog10Max = -3;

    private const long StepsMax = 4000;

    /// <summary>The best shift, whatever its chance; null without a source or a star.</summary>
    /// <param name="sources">Where the header puts the sources.</param>
    /// <param name="stars">Where the catalog has stars, over the frame and <see cref="PatternLimits.ShiftMax"/> around it.</param>
    /// <param name="limits">What is tried.</param>
    public static PatternShift? Find(IReadOnlyList<PlanePoint> sources, IReadOnlyList<PlanePoint> stars, PatternLimits limits)
    {
        if (sources.Count == 0 || stars.Count == 0) { return null; }
        var radius = Math.Max(limits.Cell, sources.Max(s => Math.Sqrt((s.East * s.East) + (s.North * s.North))));
        var (turns, scales) = Steps(limits, radius);
        var histogram = new VoteHistogram(limits.ShiftMax, limits.Cell);
        PatternShift? best = null;
        foreach (var i in Outward(turns))
        {
            foreach (var j in Outward(scales))
            {
                var trial = new PatternShift(0, 0, turns == 0 ? 0 : limits.RotationMax * i / turns, 1 + (scales == 0 ? 0 : limits.ScaleMax * j / scales), 0, 0, 0);
                var found = histogram.Vote([.. sources.Select(trial.Apply)], stars);
                if (best is { } known && found.Votes <= known.Votes) { continue; }
                best = trial with { East = found.East, North = found.North, Votes = found.Votes, Expected = found.Expected };
            }
        }

        var trials = histogram.Count * (double)((2 * turns) + 1) * ((2 * scales) + 1);
        return best!.Value with { ChanceLog10 = Math.Min(0, PoissonTailLog10(best.Value.Votes, best.Value.Expected) + Math.Log10(trials)) };
    }

    /// <summary>0, 1, -1, 2, -2 …: of shifts with equally many votes, the one that believes the header most is found first.</summary>
    private static IEnumerable<int> Outward(int steps) => Enumerable.Range(0, (2 * steps) + 1).Select(k => k % 2 == 1 ? (k + 1) / 2 : -k / 2);

    /// <summary>Steps to each side: at the frame's corner a step moves a source by one cell.</summary>
    private static (int Turns, int Scales) Steps(PatternLimits limits, double radius)
    {
        var turns = (int)Math.Ceiling(limits.RotationMax * Math.PI / 180 * radius / limits.Cell);
        var scales = (int)Math.Ceiling(limits.ScaleMax * radius / limits.Cell);
        while (((2L * turns) + 1) * ((2L * scales) + 1) > StepsMax) { (turns, scales) = ((3 * turns) / 4, (3 * scales) / 4); }
        return (turns, scales);
    }

    /// <summary>The probability of at least so many events where <paramref name="mean"/> are expected, as a power of ten.</summary>
    internal static double PoissonTailLog10(int count, double mean)
    {
        if (count <= mean || count == 0) { return 0; }
        if (mean <= 0) { return double.NegativeInfinity; }
        var log = -mean + (count * Math.Log(mean));
        for (var k = 2; k <= count; k++) { log -= Math.Log(k); }

        // The terms after the first fall faster than a geometric series.
        return (log - Math.Log(1 - (mean / (count + 1)))) / Math.Log(10);
    }
}
