namespace Dpu.Calibration.Photometry;

/// <summary>
/// Positions on the sky by which the nearest one is found at once: unit vectors in cubes as wide as the search radius. The poles and the
/// seam at 0h are places like any other.
/// </summary>
internal sealed class SkyPositions
{
    private const double Degree = Math.PI / 180;
    private readonly Dictionary<(int X, int Y, int Z), List<int>> _cubes = [];
    private readonly List<(double X, double Y, double Z)> _vectors = [];
    private readonly double _radius;

    /// <param name="radiusArcseconds">How far a position may be from another that is taken for the same.</param>
    public SkyPositions(double radiusArcseconds) => _radius = radiusArcseconds / 3600 * Degree;

    public int Count => _vectors.Count;

    /// <summary>Adds a position in degrees; returns its number, from 0.</summary>
    public int Add(double ra, double dec)
    {
        var vector = Vector(ra, dec);
        var cube = Cube(vector);
        if (!_cubes.TryGetValue(cube, out var members)) { _cubes[cube] = members = []; }
        members.Add(_vectors.Count);
        _vectors.Add(vector);
        return _vectors.Count - 1;
    }

    /// <summary>The nearest position within the radius and its distance in arc seconds; number −1 for none, or when the place is not known.</summary>
    public (int Number, double Distance) Nearest(double ra, double dec)
    {
        if (!double.IsFinite(ra) || !double.IsFinite(dec)) { return (-1, double.NaN); }
        var vector = Vector(ra, dec);
        var (cx, cy, cz) = Cube(vector);
        var (number, nearest) = (-1, _radius * _radius);
        for (var k = 0; k < 27; k++)
        {
            if (!_cubes.TryGetValue((cx + (k % 3) - 1, cy + (k / 3 % 3) - 1, cz + (k / 9) - 1), out var members)) { continue; }
            foreach (var member in members)
            {
                var (dx, dy, dz) = (_vectors[member].X - vector.X, _vectors[member].Y - vector.Y, _vectors[member].Z - vector.Z);
                var squared = (dx * dx) + (dy * dy) + (dz * dz);
                if (squared <= nearest) { (number, nearest) = (member, squared); }
            }
        }

        return (number, Math.Sqrt(nearest) / Degree * 3600);
    }

    private (int X, int Y, int Z) Cube((double X, double Y, double Z) v) =>
        ((int)Math.Floor(v.X / _radius), (int)Math.Floor(v.Y / _radius), (int)Math.Floor(v.Z / _radius));

    private static (double X, double Y, double Z) Vector(double ra, double dec)
    {
        var (sinRa, cosRa) = Math.SinCos(ra * Degree);
        var (sinDec, cosDec) = Math.SinCos(dec * Degree);
        return (cosDec * cosRa, cosDec * sinRa, sinDec);
    }
}
