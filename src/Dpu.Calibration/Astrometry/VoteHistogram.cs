namespace Dpu.Calibration.Astrometry;

/// <summary>Counts for which shift pairs of a source and a star vote, in cells; four neighbouring cells count together, so that no peak is cut by a border.</summary>
internal sealed class VoteHistogram
{
    private readonly int _side;
    private readonly int[] _cells;
    private readonly double _reach;
    private readonly double _cell;

    /// <param name="shiftMax">Largest shift along an axis.</param>
    /// <param name="cell">Side of a cell, in the same unit.</param>
    public VoteHistogram(double shiftMax, double cell)
    {
        _side = Math.Max(2, (int)Math.Ceiling(2 * shiftMax / cell));
        _reach = 0.5 * _side * cell;
        _cell = cell;
        _cells = new int[_side * _side];
    }

    /// <summary>How many cells there are.</summary>
    public int Count => _cells.Length;

    /// <summary>The shift with most votes (the mean of those votes), and how many a shift gets by chance.</summary>
    public (double East, double North, int Votes, double Expected) Vote(PlanePoint[] sources, IReadOnlyList<PlanePoint> stars)
    {
        Array.Clear(_cells);
        var all = 0L;
        foreach (var source in sources)
        {
            foreach (var star in stars)
            {
                var (x, y) = (CellOf(star.East - source.East), CellOf(star.North - source.North));
                if ((uint)x >= _side || (uint)y >= _side) { continue; }
                _cells[(y * _side) + x]++;
                all++;
            }
        }

        var (bestX, bestY, votes) = Peak();
        var (east, north) = MeanOf(sources, stars, bestX, bestY);
        // True pairs count as chance, too: with a handful of stars that is the careful side.
        return (east, north, votes, 4.0 * all / _cells.Length);
    }

    private int CellOf(double shift) => (int)Math.Floor((shift + _reach) / _cell);

    private (int X, int Y, int Votes) Peak()
    {
        var (bestX, bestY, votes) = (0, 0, -1);
        for (var y = 0; y + 1 < _side; y++)
        {
            var row = y * _side;
            for (var x = 0; x + 1 < _side; x++)
            {
                var sum = _cells[row + x] + _cells[row + x + 1] + _cells[row + _side + x] + _cells[row + _side + x + 1];
                if (sum > votes) { (bestX, bestY, votes) = (x, y, sum); }
            }
        }

        return (bestX, bestY, votes);
    }

    private (double East, double North) MeanOf(PlanePoint[] sources, IReadOnlyList<PlanePoint> stars, int atX, int atY)
    {
        var (east, north, count) = (0.0, 0.0, 0);
        foreach (var source in sources)
        {
            foreach (var star in stars)
            {
                var (de, dn) = (star.East - source.East, star.North - source.North);
                if (CellOf(de) - atX is not (0 or 1) || CellOf(dn) - atY is not (0 or 1)) { continue; }
                (east, north, count) = (east + de, north + dn, count + 1);
            }
        }

        return count == 0 ? (0, 0) : (east / count, north / count);
    }
}
