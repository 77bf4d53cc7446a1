namespace Dpu.Calibration.Imaging;

/// <summary>
/// Cuts a group of pixels into its summits. The group is flooded from its brightest pixel down; where two hills meet,
/// they stay apart when each holds, above that saddle, at least a given part of the whole group's flux. It is the
/// criterion of SExtractor's deblending (Bertin and Arnouts 1996, section 6) at every level instead of 32 of them.
/// Pixels below the saddle go to the hill of their brightest neighbour.
/// </summary>
internal static class Deblender
{
    public static IReadOnlyList<Detection> Split(int[] pixels, float[] smoothed, int width, DetectionOptions options)
    {
        var whole = new Detection(pixels, smoothed, Blended: false);
        if (options.DeblendContrast >= 1 || pixels.Length < 2 * options.AreaMin) { return [whole]; }
        var hills = new Flood(pixels, smoothed, width, options).Run();
        if (hills.Distinct().Count() == 1) { return [whole]; }
        return [.. Enumerable.Range(0, pixels.Length)
            .GroupBy(i => hills[i])
            .Select(g => new Detection([.. g.Select(i => pixels[i])], [.. g.Select(i => smoothed[i])], Blended: true))];
    }

    private sealed class Flood
    {
        private readonly int[] _pixels;
        private readonly float[] _values;
        private readonly int _areaMin;
        private readonly double _fluxMin;
        private readonly int[] _grid;
        private readonly int _gridWidth;
        private readonly int[] _cell;

        // Which pixels flow together; which pixels belong to one hill. A regional set may hold several hills that were kept apart.
        private readonly UnionFind _regions = new();
        private readonly UnionFind _hills = new();
        private readonly List<Region> _region = [];

        private struct Region
        {
            public double Flux;
            public int Area;
            public bool Kept;
        }

        public Flood(int[] pixels, float[] values, int width, DetectionOptions options)
        {
            (_pixels, _values, _areaMin) = (pixels, values, options.AreaMin);
            var (x0, x1) = (pixels.Min(p => p % width), pixels.Max(p => p % width));
            var (y0, y1) = (pixels.Min() / width, pixels.Max() / width);

            // A border of one cell saves every test for the edge.
            _gridWidth = x1 - x0 + 3;
            _grid = new int[_gridWidth * (y1 - y0 + 3)];
            Array.Fill(_grid, -1);
            _cell = Array.ConvertAll(pixels, p => (((p / width) - y0 + 1) * _gridWidth) + (p % width) - x0 + 1);
            _fluxMin = options.DeblendContrast * values.Sum(v => (double)v);
        }

        /// <summary>The hill of each pixel, as an arbitrary number.</summary>
        public int[] Run()
        {
            var order = Enumerable.Range(0, _pixels.Length).ToArray();

            // Equal values in the order of their place, so that the result never depends on the sort.
            Array.Sort(order, (a, b) => _values[b] != _values[a] ? _values[b].CompareTo(_values[a]) : _pixels[a].CompareTo(_pixels[b]));
            var member = new int[_pixels.Length];
            Span<int> neighbours = stackalloc int[8];
            foreach (var pixel in order)
            {
                var count = FloodedNeighbours(_cell[pixel], neighbours);
                member[pixel] = Place(_values[pixel], neighbours[..count]);
                _grid[_cell[pixel]] = member[pixel];
            }

            return Array.ConvertAll(member, _hills.Find);
        }

        private int FloodedNeighbours(int cell, Span<int> found)
        {
            ReadOnlySpan<int> steps = [-_gridWidth - 1, -_gridWidth, -_gridWidth + 1, -1, 1, _gridWidth - 1, _gridWidth, _gridWidth + 1];
            var count = 0;
            foreach (var step in steps)
            {
                if (_grid[cell + step] >= 0) { found[count++] = _grid[cell + step]; }
            }

            // Members are numbered in the order of flooding: the smallest number is the brightest neighbour.
            found[..count].Sort();
            return count;
        }

        private int Place(float value, ReadOnlySpan<int> neighbours)
        {
            var member = _regions.Add();
            _hills.Add();
            _region.Add(new Region { Flux = value, Area = 1 });
            foreach (var neighbour in neighbours) { Meet(neighbour, member, value); }
            return member;
        }

        private void Meet(int neighbour, int member, float level)
        {
            var (other, own) = (_regions.Find(neighbour), _regions.Find(member));
            if (other == own) { return; }
            var (a, b) = (_region[other], _region[own]);
            var (keepA, keepB) = (StandsAlone(a, level), StandsAlone(b, level));
            if (!(keepA && keepB)) { JoinHills(a, neighbour, b, member); }
            var root = _regions.Union(other, own);
            _region[root] = new Region
            {
                Flux = a.Flux + b.Flux,
                Area = a.Area + b.Area,
                Kept = a.Kept || b.Kept || (keepA && keepB),
            };
        }

        private bool StandsAlone(Region region, float level) =>
            region.Kept || (region.Area >= _areaMin && region.Flux - ((double)region.Area * level) >= _fluxMin);

        private void JoinHills(Region a, int neighbour, Region b, int member)
        {
            // Two sets of hills never get here: both would stand alone. One that holds several gives the hill at this place.
            System.Diagnostics.Debug.Assert(!(a.Kept && b.Kept), "regions that hold several hills stay apart");
            _hills.Union(neighbour, member);
        }
    }
}
