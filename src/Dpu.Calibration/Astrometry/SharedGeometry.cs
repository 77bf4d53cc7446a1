using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Gives frames a common beginning: a chip lies in the same way to its neighbours in every exposure, whatever the headers say. The first exposure that has it says how; each other exposure is that picture,
/// shifted and turned to where its own headers put it. Corrections that exposures share can only then bring all of them to one another.
/// </summary>
internal static class SharedGeometry
{
    private const double ArcsecondsPerDegree = 3600;

    // Arc seconds: further apart, the reference positions of an exposure's frames are those of the chips and not the optical axis.
    private const double SameAxis = 60;
    private const int GridSteps = 4;

    /// <summary>The plane on which an exposure lies: it touches the sky at the optical axis where the headers agree upon it, else in the middle of the frames.</summary>
    public static TanWcs PlaneOf(IReadOnlyList<StarryFrame> exposure)
    {
        var axis = MeanOf(exposure.Select(frame => (frame.Wcs.Crval1, frame.Wcs.Crval2)));
        var agrees = exposure.All(frame => SkyIndex.Separation(axis, (frame.Wcs.Crval1, frame.Wcs.Crval2)) < SameAxis);
        var (ra, dec) = agrees ? axis : MeanOf(exposure.Select(frame => frame.Middle));
        return new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
    }

    /// <summary>The frames' systems, so that all frames of a chip differ by a linear map of their exposure only.</summary>
    /// <param name="frames">All frames of a field.</param>
    /// <param name="systems">Where each lies, after its stars were recognised.</param>
    public static TanWcs[] Start(IReadOnlyList<StarryFrame> frames, IReadOnlyList<TanWcs> systems)
    {
        var started = systems.ToArray();
        var pictures = new Dictionary<string, Func<double, double, (double East, double North)>>(StringComparer.Ordinal);
        var waiting = Enumerable.Range(0, frames.Count).GroupBy(i => frames[i].Exposure).Select(group => group.ToArray()).OrderByDescending(group => group.Length).ToList();
        while (waiting.Count > 0)
        {
            // One that shares a chip with those before, if there is any; else it begins a picture of its own.
            var next = waiting.Find(group => Array.Exists(group, i => pictures.ContainsKey(frames[i].Chip))) ?? waiting[0];
            waiting.Remove(next);
            Place(frames, systems, started, pictures, next);
        }

        return started;
    }

    private static void Place(
        IReadOnlyList<StarryFrame> frames, IReadOnlyList<TanWcs> systems, TanWcs[] started, Dictionary<string, Func<double, double, (double East, double North)>> pictures, int[] exposure)
    {
        var plane = PlaneOf([.. exposure.Select(i => frames[i])]);
        var known = exposure.Where(i => pictures.ContainsKey(frames[i].Chip)).ToArray();
        var map = AffineMap.Fit(known.SelectMany(i => Grid(frames[i]).Select(pixel => (pictures[frames[i].Chip](pixel.X, pixel.Y), At(plane, systems[i], pixel.X, pixel.Y)))));
        foreach (var i in exposure)
        {
            var (frame, system) = (frames[i], systems[i]);
            if (!pictures.TryGetValue(frame.Chip, out var picture))
            {
                // Seen for the first time: where this exposure has it, taken back to the picture.
                pictures.Add(frame.Chip, (x, y) => map.Back(At(plane, system, x, y)));
                continue;
            }

            (double, double) ToSky(double x, double y)
            {
                var at = map.Forth(picture(x, y));
                return plane.PlaneToSky(at.East / ArcsecondsPerDegree, at.North / ArcsecondsPerDegree);
            }

            started[i] = PlateFit.Render(ToSky, system, frame.Width, frame.Height, system.Sip?.Order ?? 1)?.Wcs ?? system;
        }
    }

    private static IEnumerable<(double X, double Y)> Grid(StarryFrame frame) =>
        from i in Enumerable.Range(0, GridSteps + 1)
        from j in Enumerable.Range(0, GridSteps + 1)
        select (1 + (i * (frame.Width - 1.0) / GridSteps), 1 + (j * (frame.Height - 1.0) / GridSteps));

    private static (double East, double North) At(TanWcs plane, TanWcs system, double x, double y)
    {
        var (ra, dec) = system.PixelToSky(x, y);
        var at = plane.SkyToPlane(ra, dec) ?? (double.NaN, double.NaN);
        return (at.East * ArcsecondsPerDegree, at.North * ArcsecondsPerDegree);
    }

    private static (double Ra, double Dec) MeanOf(IEnumerable<(double Ra, double Dec)> positions)
    {
        var vectors = positions.Select(position => SkyIndex.Vector(position.Ra, position.Dec)).ToArray();
        return SkyIndex.Position((vectors.Sum(v => v.X), vectors.Sum(v => v.Y), vectors.Sum(v => v.Z)));
    }
}

/// <summary>A linear map of the plane with a shift.</summary>
internal sealed record AffineMap(double East0, double EastEast, double EastNorth, double North0, double NorthEast, double NorthNorth)
{
    private static readonly AffineMap s_identity = new(0, 1, 0, 0, 0, 1);

    /// <summary>By least squares from pairs of points; nothing changes when there are none.</summary>
    public static AffineMap Fit(IEnumerable<((double East, double North) From, (double East, double North) To)> pairs)
    {
        var (east, north) = (new NormalEquations(3), new NormalEquations(3));
        foreach (var (from, to) in pairs)
        {
            (int, double)[] row = [(0, 1), (1, from.East), (2, from.North)];
            east.Add(row, to.East, 1);
            north.Add(row, to.North, 1);
        }

        return east.Solve() is { Solution: var e } && north.Solve() is { Solution: var n } ? new AffineMap(e[0], e[1], e[2], n[0], n[1], n[2]) : s_identity;
    }

    public (double East, double North) Forth((double East, double North) p) =>
        (East0 + (EastEast * p.East) + (EastNorth * p.North), North0 + (NorthEast * p.East) + (NorthNorth * p.North));

    public (double East, double North) Back((double East, double North) p)
    {
        var (e, n) = (p.East - East0, p.North - North0);
        var determinant = (EastEast * NorthNorth) - (EastNorth * NorthEast);
        return (((NorthNorth * e) - (EastNorth * n)) / determinant, ((EastEast * n) - (NorthEast * e)) / determinant);
    }
}
