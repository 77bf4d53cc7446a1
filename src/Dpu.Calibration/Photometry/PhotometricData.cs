using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Sightings as data of a fit. Every star has a level of its own, its true magnitude; a standard star's level is measured once more, by
/// its catalog: so its error counts once, however often the star is seen.
/// </summary>
internal static class PhotometricData
{
    // Catalogs without errors are not exact; rounding to thousandths alone leaves this much.
    private const double ReferenceErrorMin = 3e-4;

    /// <param name="sightings">What was seen.</param>
    /// <param name="exposures">The exposure of each catalog: measurements of one are a cluster.</param>
    /// <param name="value">Which magnitude.</param>
    /// <param name="terms">What the model says of it, besides the star's level.</param>
    public static List<MagnitudeDatum> Of(
        IReadOnlyList<Sighting> sightings, IReadOnlyList<int> exposures, Func<Sighting, double> value, Func<Sighting, FitTerm[]> terms)
    {
        var data = new List<MagnitudeDatum>(sightings.Count);
        foreach (var s in sightings) { data.Add(new MagnitudeDatum(s.Identity, exposures[s.Catalog], value(s), s.Star.Error, terms(s))); }
        foreach (var standard in sightings.Where(s => s.Star.IsStandard).DistinctBy(s => s.Identity))
        {
            var error = Math.Max(standard.Star.ReferenceError, ReferenceErrorMin);
            data.Add(new MagnitudeDatum(standard.Identity, -1 - standard.Identity, standard.Star.Reference, error, []));
        }

        return data;
    }

    /// <summary>
    /// Sets of nodes, such as exposures, that no standard star ties to the sky: stars seen from two nodes connect them. Only differences within such a set can be measured.
    /// </summary>
    public static IReadOnlyList<int[]> Untied(IReadOnlyList<Sighting> sightings, int count, Func<Sighting, int> node)
    {
        var sets = new UnionFind();
        for (var i = 0; i < count; i++) { sets.Add(); }
        foreach (var star in sightings.GroupBy(s => s.Identity))
        {
            var first = node(star.First());
            foreach (var sighting in star) { sets.Union(first, node(sighting)); }
        }

        var tied = sightings.Where(s => s.Star.IsStandard).Select(s => sets.Find(node(s))).ToHashSet();
        return [.. Enumerable.Range(0, count).GroupBy(sets.Find).Where(g => !tied.Contains(g.Key)).Select(g => g.ToArray())];
    }

    /// <summary>The stated error of a parameter: of the data's own errors, or as the exposures show it, whichever is larger.</summary>
    public static double Error(IReadOnlyList<MagnitudeDatum> data, MagnitudeSolution solution, int parameter) =>
        Math.Max(solution.Error(parameter), ClusterErrors.Of(data, solution, parameter) ?? 0);
}
