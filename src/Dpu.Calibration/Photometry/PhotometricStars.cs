using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>A star as one catalog has it, and which star of all catalogs it is.</summary>
/// <param name="Catalog">Index of the catalog.</param>
/// <param name="Star">Its entry.</param>
/// <param name="Identity">Number of the star over all catalogs.</param>
internal readonly record struct Sighting(int Catalog, PhotcatStar Star, int Identity);

/// <summary>Which entries of several catalogs are one star: by their place on the sky.</summary>
internal static class PhotometricStars
{
    /// <summary>The usable entries of all catalogs: clean, with a place on the sky, and an error of at most <paramref name="errorMax"/> magnitudes.</summary>
    /// <param name="radiusArcseconds">Within which two entries are one star.</param>
    public static IReadOnlyList<Sighting> Identify(IReadOnlyList<Photcat> catalogs, double radiusArcseconds, double errorMax)
    {
        var positions = new SkyPositions(radiusArcseconds);
        var sightings = new List<Sighting>();
        for (var c = 0; c < catalogs.Count; c++)
        {
            var seen = new HashSet<int>();
            // The brightest first: a faint companion finds the place taken and is left out.
            foreach (var star in catalogs[c].Stars.Where(s => IsUsable(s, errorMax) && double.IsFinite(s.Ra) && double.IsFinite(s.Dec)).OrderBy(s => s.Magnitude))
            {
                var (number, _) = positions.Nearest(star.Ra, star.Dec);
                if (number < 0) { number = positions.Add(star.Ra, star.Dec); }
                if (seen.Add(number)) { sightings.Add(new Sighting(c, star, number)); }
            }
        }

        return sightings;
    }

    public static bool IsUsable(PhotcatStar star, double errorMax) => star.IsClean && star.Error <= errorMax;

    /// <summary>Numbers the exposures, in the order of the catalogs.</summary>
    public static int[] Exposures(IReadOnlyList<Photcat> catalogs)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. catalogs.Select(c => numbers.TryGetValue(c.Exposure, out var number) ? number : numbers[c.Exposure] = numbers.Count)];
    }

    public static void CheckFilter(IReadOnlyList<Photcat> catalogs)
    {
        var filters = catalogs.Select(c => c.Filter).Distinct(StringComparer.Ordinal).ToArray();
        if (filters.Length > 1) { throw RecipeException.Wrong($"Catalogs of several filters cannot be compared: {string.Join(", ", filters)}."); }
    }
}
