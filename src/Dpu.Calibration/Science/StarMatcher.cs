using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>A source of a list, as far as the truth can be compared with it.</summary>
internal readonly record struct ListedSource(double Ra, double Dec, double Flux, double SignalToNoise, int Flags)
{
    public static IReadOnlyList<ListedSource> Read(string path)
    {
        var table = FitsReader.ReadTable(path);
        var (ra, dec, flux, snr, flags) = (table["RA"], table["DEC"], table["FLUX_AUTO"], table["SNR"], table["FLAGS"]);
        return [.. Enumerable.Range(0, table.RowCount).Select(i =>
            new ListedSource(ra.GetDouble(i), dec.GetDouble(i), flux.GetDouble(i), snr.GetDouble(i), (int)flags.GetInt64(i)))];
    }
}

/// <summary>A star and the source that is taken for it; offsets source minus star, on the sky, in arc seconds.</summary>
internal readonly record struct StarMatch(TrueStar Star, ListedSource Source, double OffsetRa, double OffsetDec);

/// <summary>Pairs stars with sources: the brightest star chooses first, each takes the nearest source that is still free.</summary>
internal sealed class StarMatcher
{
    private readonly ListedSource[] _byDec;
    private readonly double[] _decs;
    private readonly bool[] _taken;
    private readonly double _radiusArcseconds;

    public StarMatcher(IEnumerable<ListedSource> sources, double radiusArcseconds)
    {
        _byDec = [.. sources.Where(s => double.IsFinite(s.Ra) && double.IsFinite(s.Dec)).OrderBy(s => s.Dec)];
        _decs = Array.ConvertAll(_byDec, s => s.Dec);
        _taken = new bool[_byDec.Length];
        _radiusArcseconds = radiusArcseconds;
    }

    public IReadOnlyList<StarMatch> Match(IEnumerable<TrueStar> stars)
    {
        var matches = new List<StarMatch>();
        foreach (var star in stars.OrderByDescending(s => s.Flux))
        {
            if (Nearest(star) is not { } index) { continue; }
            _taken[index] = true;
            var (dra, ddec) = Offset(star, _byDec[index]);
            matches.Add(new StarMatch(star, _byDec[index], dra, ddec));
        }

        return matches;
    }

    /// <summary>Sources that no star took.</summary>
    public IEnumerable<ListedSource> Left() => _byDec.Where((_, i) => !_taken[i]);

    private int? Nearest(TrueStar star)
    {
        var first = Array.BinarySearch(_decs, star.Dec - (_radiusArcseconds / 3600));
        var (best, nearest) = (_radiusArcseconds, (int?)null);
        for (var i = first < 0 ? ~first : first; i < _byDec.Length && _decs[i] <= star.Dec + (_radiusArcseconds / 3600); i++)
        {
            if (_taken[i]) { continue; }
            var (dra, ddec) = Offset(star, _byDec[i]);
            var distance = Math.Sqrt((dra * dra) + (ddec * ddec));
            if (distance <= best) { (best, nearest) = (distance, i); }
        }

        return nearest;
    }

    private static (double Ra, double Dec) Offset(TrueStar star, ListedSource source)
    {
        // Across 0h the difference of right ascensions jumps by a whole circle.
        var ra = Math.IEEERemainder(source.Ra - star.Ra, 360);
        return (3600 * ra * Math.Cos(star.Dec * Math.PI / 180), 3600 * (source.Dec - star.Dec));
    }
}
