using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>A star that several frames saw, or that the catalog knows.</summary>
/// <param name="Seen">Where, with the index of the frame and of its source.</param>
/// <param name="Reference">Its star in the catalog; null for none.</param>
internal sealed record SharedStar(IReadOnlyList<(int Frame, int Source)> Seen, ReferenceStar? Reference);

/// <summary>What is found for all frames together.</summary>
/// <param name="Systems">A coordinate system for each frame.</param>
/// <param name="Errors">Of each frame, the mean error of a position by the solution along one axis, arc seconds.</param>
/// <param name="Stars">The stars that were kept, with what is left of their distances.</param>
/// <param name="InternalScatter">Scatter between frames beyond the sources' own errors, one sigma along an axis, arc seconds.</param>
/// <param name="ReferenceScatter">Scatter of the catalog, likewise.</param>
internal sealed record GlobalResult(
    IReadOnlyList<TanWcs> Systems, IReadOnlyList<double> Errors, IReadOnlyList<SolvedStar> Stars, double InternalScatter, double ReferenceScatter);

/// <summary>A star of the solution.</summary>
/// <param name="Star">Who saw it.</param>
/// <param name="Ra">Where it is: the weighted mean of what frames and catalog say, degrees.</param>
/// <param name="Dec">Degrees.</param>
/// <param name="Deviations">Of each sighting from there, arc seconds east and north.</param>
/// <param name="FromReference">The frames' mean less the catalog's place, arc seconds; null without a reference.</param>
internal sealed record SolvedStar(SharedStar Star, double Ra, double Dec, IReadOnlyList<(double East, double North)> Deviations, (double East, double North)? FromReference);

/// <summary>
/// One astrometric solution for all chips and dithers. Unknown are a polynomial in pixels for each chip, the same in all exposures (how the optics and the chips lie; it moves along the
/// pixels' axes, and turns with the camera), a shift and a linear turn for each exposure (where the telescope looked, what the air did), and the place of every star that was seen. What the frames say of a star must agree, and agree with the catalog.
/// The stars' places are eliminated one by one, so that the equations have the size of the chips and exposures only. Corrections are small; the solution is repeated until they vanish.
/// </summary>
internal sealed class GlobalSolution
{
    private const double ArcsecondsPerDegree = 3600;

    // Arc seconds. An exposure without any star of its own stays where it was; a thousand times looser than any star.
    private const double ExposurePrior = 10;

    // Arc seconds. Chips and exposures may trade a common shift and turn: the chips have it. Left open, the solution would wander along what hardly changes any position.
    private const double CommonPrior = 1e-4;

    private readonly IReadOnlyList<StarryFrame> _frames;
    private readonly int _degree;
    private readonly PlanePolynomial[] _terms;
    private readonly int[] _chipOf;
    private readonly int[] _exposureOf;
    private readonly TanWcs[] _planeOf;
    private readonly double _radius;
    private readonly int _chips;
    private readonly int _exposures;
    private readonly int _perChip;
    private readonly FrameTurn?[] _turns;

    public GlobalSolution(IReadOnlyList<StarryFrame> frames, int degree)
    {
        (_frames, _degree) = (frames, degree);
        var chips = frames.Select(frame => (frame.Chip, frame.Width, frame.Height)).Distinct().ToList();
        var exposures = frames.Select(frame => frame.Exposure).Distinct(StringComparer.Ordinal).ToList();
        (_chips, _exposures) = (chips.Count, exposures.Count);
        _chipOf = [.. frames.Select(frame => chips.IndexOf((frame.Chip, frame.Width, frame.Height)))];
        _exposureOf = [.. frames.Select(frame => exposures.IndexOf(frame.Exposure))];
        _terms = [.. frames.Select(frame => PlanePolynomial.Over(frame.Width, frame.Height, degree))];
        _perChip = PlanePolynomial.CountOf(degree);
        _turns = new FrameTurn?[frames.Count];
        var planes = exposures.Select(exposure => SharedGeometry.PlaneOf([.. frames.Where(frame => frame.Exposure == exposure)])).ToArray();
        _planeOf = [.. _exposureOf.Select(exposure => planes[exposure])];
        _radius = frames.Select((frame, i) => SkyIndex.Separation(frame.Middle, (_planeOf[i].Crval1, _planeOf[i].Crval2)) + frame.Radius).Max();
    }

    public int Unknowns => 2 * ((_chips * _perChip) + (_exposures * 3));

    /// <summary>Corrects the frames' systems once; null when the stars do not determine them.</summary>
    /// <param name="systems">What is believed so far.</param>
    /// <param name="stars">Who saw whom.</param>
    /// <param name="frameScatter">Beyond the sources' own errors, arc seconds.</param>
    /// <param name="referenceScatter">The catalog's, arc seconds.</param>
    /// <returns>The corrected systems, how to find the error of each frame's positions, and the largest correction, arc seconds.</returns>
    public (TanWcs[] Systems, Func<double[]> Errors, double Largest)? Step(IReadOnlyList<TanWcs> systems, IReadOnlyList<SharedStar> stars, double frameScatter, double referenceScatter)
    {
        var equations = new NormalEquations(Unknowns);
        for (var exposure = 0; exposure < _exposures; exposure++)
        {
            for (var i = 0; i < 6; i++) { equations.Hold(ExposureIndex(exposure, i % 3, i / 3), 1 / (ExposurePrior * ExposurePrior)); }
        }

        for (var i = 0; i < 6; i++)
        {
            equations.Add([.. Enumerable.Range(0, _exposures).Select(exposure => (ExposureIndex(exposure, i % 3, i / 3), 1.0))], 0, 1 / (CommonPrior * CommonPrior));
        }

        foreach (var star in stars) { Add(equations, systems, star, frameScatter, referenceScatter); }
        if (equations.Solve() is not { } solved) { return null; }
        var corrected = new TanWcs[_frames.Count];
        var largest = 0.0;
        for (var i = 0; i < _frames.Count; i++)
        {
            if (Corrected(i, systems[i], solved.Solution) is not { } system) { return null; }
            corrected[i] = system;
            largest = Math.Max(largest, Moved(i, systems[i], system));
        }

        return (corrected, () => [.. systems.Select((system, i) => ErrorOf(i, system, solved.Covariance))], largest);
    }

    private int ChipIndex(int chip, int term, int axis) => (axis * ((_chips * _perChip) + (_exposures * 3))) + (chip * _perChip) + term;

    private int ExposureIndex(int exposure, int term, int axis) => (axis * ((_chips * _perChip) + (_exposures * 3))) + (_chips * _perChip) + (exposure * 3) + term;

    /// <summary>What a star's sightings say of the unknowns, its own place eliminated: the sum over sightings less the square of their weighted sum over the sum of the weights.</summary>
    private void Add(NormalEquations equations, IReadOnlyList<TanWcs> systems, SharedStar star, double frameScatter, double referenceScatter)
    {
        var place = PlaceOf(systems, star);
        var local = new TanWcs(place.Ra, place.Dec, 0, 0, 1, 0, 0, 1);
        for (var axis = 0; axis < 2; axis++)
        {
            var sum = new Dictionary<int, double>();
            var prior = star.Reference is null ? 0 : 1 / Math.Max(1e-12, referenceScatter * referenceScatter);
            var (weights, values) = (prior, 0.0);
            foreach (var (frame, source) in star.Seen)
            {
                var seen = _frames[frame].Stars[source];
                var (row, deviation) = RowOf(frame, systems[frame], seen, local, axis);
                var weight = WeightOf(frame, seen, frameScatter);
                equations.Add(row, -deviation, weight);
                foreach (var (index, factor) in row) { sum[index] = sum.GetValueOrDefault(index) + (weight * factor); }
                (weights, values) = (weights + weight, values - (weight * deviation));
            }

            equations.Add([.. sum.Select(pair => (pair.Key, pair.Value))], values, -1 / weights);
        }
    }

    /// <summary>The catalog's place where there is one: it is what the sightings are compared with. Else the first sighting's.</summary>
    private (double Ra, double Dec) PlaceOf(IReadOnlyList<TanWcs> systems, SharedStar star)
    {
        if (star.Reference is { } reference) { return (reference.Ra, reference.Dec); }
        var (frame, source) = star.Seen[0];
        var seen = _frames[frame].Stars[source];
        return systems[frame].PixelToSky(seen.X, seen.Y);
    }

    internal double WeightOf(int frame, FrameStar seen, double scatter)
    {
        var error = seen.Error * _frames[frame].Wcs.PixelScale;
        return 1 / Math.Max(1e-12, (error * error) + (scatter * scatter));
    }

    /// <summary>How a sighting's place on the sky changes with the unknowns, along one axis at the star, and where it is now; arc seconds.</summary>
    private ((int Index, double Factor)[] Row, double Deviation) RowOf(int frame, TanWcs system, FrameStar seen, TanWcs local, int axis)
    {
        var at = PlaneAt(frame, system, seen.X, seen.Y);
        var here = Local(frame, local, at.East, at.North);
        var (toEast, toNorth) = (Local(frame, local, at.East + 1, at.North), Local(frame, local, at.East, at.North + 1));

        // The exposure's plane and the star's own differ by a turn, which near a pole is large.
        var (byEast, byNorth) = axis == 0 ? (toEast.East - here.East, toNorth.East - here.East) : (toEast.North - here.North, toNorth.North - here.North);
        var (east, north) = PlaneRows(frame, system, seen.X, seen.Y, at);
        var row = new (int, double)[east.Length + north.Length];
        for (var i = 0; i < east.Length; i++) { row[i] = (east[i].Index, byEast * east[i].Factor); }
        for (var i = 0; i < north.Length; i++) { row[east.Length + i] = (north[i].Index, byNorth * north[i].Factor); }
        return (row, axis == 0 ? here.East : here.North);
    }

    /// <summary>How a pixel's place on the exposure's plane changes with the unknowns, arc seconds east and north.</summary>
    private ((int Index, double Factor)[] East, (int Index, double Factor)[] North) PlaneRows(int frame, TanWcs system, double x, double y, (double East, double North) at)
    {
        var terms = _terms[frame].TermsAt(x, y);
        var (east, north) = (new (int, double)[(2 * _perChip) + 3], new (int, double)[(2 * _perChip) + 3]);
        var turn = TurnOf(frame, system);
        for (var i = 0; i < _perChip; i++)
        {
            // Along the pixels' axes, so that what the optics do turns with the camera.
            var (alongX, alongY) = (ChipIndex(_chipOf[frame], i, 0), ChipIndex(_chipOf[frame], i, 1));
            (east[i], east[_perChip + i]) = ((alongX, terms[i] * turn.EastByX), (alongY, terms[i] * turn.EastByY));
            (north[i], north[_perChip + i]) = ((alongX, terms[i] * turn.NorthByX), (alongY, terms[i] * turn.NorthByY));
        }

        double[] affine = [1, at.East / _radius, at.North / _radius];
        for (var i = 0; i < affine.Length; i++)
        {
            east[(2 * _perChip) + i] = (ExposureIndex(_exposureOf[frame], i, 0), affine[i]);
            north[(2 * _perChip) + i] = (ExposureIndex(_exposureOf[frame], i, 1), affine[i]);
        }

        return (east, north);
    }

    /// <summary>
    /// How the pixels' axes lie on the exposure's plane, in the frame's middle. Not CD: that is relative to the north of the frame's own reference, and near a pole another one.
    /// </summary>
    private (double EastByX, double EastByY, double NorthByX, double NorthByY) TurnOf(int frame, TanWcs system)
    {
        if (_turns[frame] is { } known && ReferenceEquals(known.System, system)) { return known.Turn; }
        var (x, y) = (0.5 * (_frames[frame].Width + 1), 0.5 * (_frames[frame].Height + 1));
        var (left, right, below, above) = (PlaneAt(frame, system, x - 1, y), PlaneAt(frame, system, x + 1, y), PlaneAt(frame, system, x, y - 1), PlaneAt(frame, system, x, y + 1));
        var step = 2 * system.PixelScale;
        var turn = ((right.East - left.East) / step, (above.East - below.East) / step, (right.North - left.North) / step, (above.North - below.North) / step);
        _turns[frame] = new FrameTurn(system, turn);
        return turn;
    }

    private sealed record FrameTurn(TanWcs System, (double EastByX, double EastByY, double NorthByX, double NorthByY) Turn);

    private (double East, double North) PlaneAt(int frame, TanWcs system, double x, double y)
    {
        var (ra, dec) = system.PixelToSky(x, y);
        var at = _planeOf[frame].SkyToPlane(ra, dec) ?? throw new InvalidOperationException("A frame does not lie behind its own exposure.");
        return (at.East * ArcsecondsPerDegree, at.North * ArcsecondsPerDegree);
    }

    private (double East, double North) Local(int frame, TanWcs local, double east, double north)
    {
        var (ra, dec) = _planeOf[frame].PlaneToSky(east / ArcsecondsPerDegree, north / ArcsecondsPerDegree);
        var at = local.SkyToPlane(ra, dec) ?? (double.NaN, double.NaN);
        return (at.East * ArcsecondsPerDegree, at.North * ArcsecondsPerDegree);
    }

    private TanWcs? Corrected(int frame, TanWcs system, double[] solution)
    {
        (double, double) Map(double x, double y)
        {
            var at = PlaneAt(frame, system, x, y);
            var (byEast, byNorth) = PlaneRows(frame, system, x, y, at);
            var (east, north) = (at.East + byEast.Sum(term => term.Factor * solution[term.Index]), at.North + byNorth.Sum(term => term.Factor * solution[term.Index]));
            return _planeOf[frame].PlaneToSky(east / ArcsecondsPerDegree, north / ArcsecondsPerDegree);
        }

        return PlateFit.Render(Map, system, _frames[frame].Width, _frames[frame].Height, _degree)?.Wcs;
    }

    private double ErrorOf(int frame, TanWcs system, double[,] covariance)
    {
        const int Steps = 4;
        var sum = 0.0;
        for (var k = 0; k < (Steps + 1) * (Steps + 1); k++)
        {
            var (x, y) = (1 + (k % (Steps + 1) * (_frames[frame].Width - 1.0) / Steps), 1 + (k / (Steps + 1) * (_frames[frame].Height - 1.0) / Steps));
            var (east, north) = PlaneRows(frame, system, x, y, PlaneAt(frame, system, x, y));
            sum += 0.5 * (Variance(east, covariance) + Variance(north, covariance));
        }

        return Math.Sqrt(Math.Max(0, sum / ((Steps + 1) * (Steps + 1))));
    }

    private static double Variance((int Index, double Factor)[] row, double[,] covariance)
    {
        var sum = 0.0;
        foreach (var (i, a) in row)
        {
            foreach (var (j, b) in row) { sum += a * b * covariance[i, j]; }
        }

        return sum;
    }

    private double Moved(int frame, TanWcs before, TanWcs after)
    {
        var (width, height) = (_frames[frame].Width, _frames[frame].Height);
        (double X, double Y)[] corners = [(1, 1), (width, 1), (1, height), (width, height), (0.5 * width, 0.5 * height)];
        return corners.Max(corner => SkyIndex.Separation(before.PixelToSky(corner.X, corner.Y), after.PixelToSky(corner.X, corner.Y)));
    }
}
