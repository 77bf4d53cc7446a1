namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Finds neighbours on the sphere. Positions are points in space, put into cubes as wide as the largest distance asked for: no pole and no zero of right ascension is special.
/// </summary>
internal sealed class SkyIndex
{
    private const double Degree = Math.PI / 180;

    private readonly Dictionary<(int X, int Y, int Z), List<int>> _cells = [];
    private readonly (double X, double Y, double Z)[] _points;
    private readonly double _cell;
    private readonly double _chord;

    /// <param name="positions">Degrees.</param>
    /// <param name="radiusArcseconds">Largest distance that will be asked for.</param>
    public SkyIndex(IEnumerable<(double Ra, double Dec)> positions, double radiusArcseconds)
    {
        _points = [.. positions.Select(position => Vector(position.Ra, position.Dec))];
        _chord = Chord(radiusArcseconds);

        // Cubes may be wider than asked for: very narrow ones would only fill memory.
        _cell = Math.Max(_chord, 1e-7);
        for (var i = 0; i < _points.Length; i++)
        {
            if (!double.IsFinite(_points[i].X + _points[i].Y + _points[i].Z)) { continue; }
            var cell = CellOf(_points[i]);
            if (!_cells.TryGetValue(cell, out var members)) { _cells.Add(cell, members = []); }
            members.Add(i);
        }
    }

    /// <summary>Positions within the radius, with their distances in arc seconds, in no order.</summary>
    public IEnumerable<(int Index, double Arcseconds)> Within(double ra, double dec)
    {
        var at = Vector(ra, dec);
        if (!double.IsFinite(at.X + at.Y + at.Z)) { yield break; }
        var (x, y, z) = CellOf(at);
        for (var i = 0; i < 27; i++)
        {
            if (!_cells.TryGetValue((x + (i % 3) - 1, y + (i / 3 % 3) - 1, z + (i / 9) - 1), out var members)) { continue; }
            foreach (var index in members)
            {
                var square = SquareOf(_points[index], at);
                if (square <= _chord * _chord) { yield return (index, Arcseconds(Math.Sqrt(square))); }
            }
        }
    }

    /// <summary>The nearest position within the radius; of equally near ones the first.</summary>
    public (int Index, double Arcseconds)? Nearest(double ra, double dec)
    {
        (int Index, double Arcseconds)? best = null;
        foreach (var found in Within(ra, dec))
        {
            if (best is not { } known || found.Arcseconds < known.Arcseconds || (found.Arcseconds == known.Arcseconds && found.Index < known.Index)) { best = found; }
        }

        return best;
    }

    /// <summary>
    /// Pairs in which each is the other's nearest, in the order of the first ones: nobody is taken twice, and who is crowded out by a nearer neighbour stays alone.
    /// </summary>
    public static IReadOnlyList<(int First, int Second, double Arcseconds)> Mutual(
        IReadOnlyList<(double Ra, double Dec)> first, IReadOnlyList<(double Ra, double Dec)> second, double radiusArcseconds)
    {
        var (firsts, seconds) = (new SkyIndex(first, radiusArcseconds), new SkyIndex(second, radiusArcseconds));
        var pairs = new List<(int, int, double)>();
        for (var i = 0; i < first.Count; i++)
        {
            if (seconds.Nearest(first[i].Ra, first[i].Dec) is { } there && firsts.Nearest(second[there.Index].Ra, second[there.Index].Dec) is { } back && back.Index == i)
            {
                pairs.Add((i, there.Index, there.Arcseconds));
            }
        }

        return pairs;
    }

    public static (double X, double Y, double Z) Vector(double ra, double dec)
    {
        var (sinRa, cosRa) = Math.SinCos(ra * Degree);
        var (sinDec, cosDec) = Math.SinCos(dec * Degree);
        return (cosDec * cosRa, cosDec * sinRa, sinDec);
    }

    public static (double Ra, double Dec) Position((double X, double Y, double Z) vector)
    {
        var ra = Math.Atan2(vector.Y, vector.X) / Degree;
        return (ra < 0 ? ra + 360 : ra, Math.Atan2(vector.Z, Math.Sqrt((vector.X * vector.X) + (vector.Y * vector.Y))) / Degree);
    }

    /// <summary>The angle between two positions, arc seconds.</summary>
    public static double Separation((double Ra, double Dec) a, (double Ra, double Dec) b) => Arcseconds(Math.Sqrt(SquareOf(Vector(a.Ra, a.Dec), Vector(b.Ra, b.Dec))));

    private static double Chord(double arcseconds) => 2 * Math.Sin(Math.Min(180, arcseconds / 3600) * Degree / 2);

    private static double Arcseconds(double chord) => 2 * Math.Asin(Math.Min(1, chord / 2)) / Degree * 3600;

    private static double SquareOf((double X, double Y, double Z) a, (double X, double Y, double Z) b)
    {
        var (x, y, z) = (a.X - b.X, a.Y - b.Y, a.Z - b.Z);
        return (x * x) + (y * y) + (z * z);
    }

    private (int X, int Y, int Z) CellOf((double X, double Y, double Z) at) => ((int)Math.Floor(at.X / _cell), (int)Math.Floor(at.Y / _cell), (int)Math.Floor(at.Z / _cell));
}
