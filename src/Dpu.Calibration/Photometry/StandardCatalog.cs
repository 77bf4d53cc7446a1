using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>A star of known magnitude; degrees, magnitudes.</summary>
internal readonly record struct StandardStar(double Ra, double Dec, double Magnitude, double Error);

/// <summary>Standard stars in one filter, from a FITS table: columns for RA, Dec and a magnitude, under the names that catalogs give them.</summary>
internal sealed class StandardCatalog
{
    public const string Input = "standards";
    private static readonly string[] s_ra = ["RA", "RAJ2000", "RA_ICRS", "ALPHA_J2000", "_RAJ2000"];
    private static readonly string[] s_dec = ["DEC", "DEJ2000", "DEC_ICRS", "DE_ICRS", "DELTA_J2000", "_DEJ2000"];

    private readonly SkyPositions _positions;

    private StandardCatalog(string name, TaskInput? from, IReadOnlyList<StandardStar> stars, double radiusArcseconds)
    {
        (Name, From, Stars) = (name, from, stars);
        _positions = new SkyPositions(radiusArcseconds);
        foreach (var star in stars) { _positions.Add(star.Ra, star.Dec); }
    }

    public string Name { get; }

    /// <summary>The input that it was read from; null for a file that was named by a parameter.</summary>
    public TaskInput? From { get; }

    public IReadOnlyList<StandardStar> Stars { get; }

    public static IReadOnlyList<ProcessParameter> Parameters(string prefix) =>
    [
        new(prefix + "REFCAT", "", "a FITS table of standard stars on the node; empty: the input 'standards'"),
        new(prefix + "MAG_COLUMN", "auto", "column of the magnitudes; auto: MAG_<filter>, <filter> or MAG"),
        new(prefix + "MAGERR_COLUMN", "auto", "column of their errors; auto: MAGERR_<filter>, e_<filter>, MAGERR; none: they are exact"),
        new(prefix + "RADIUS", "1.0", "arc seconds within which a source is taken for the star of a catalog"),
    ];

    /// <summary>The standard stars that the task was given; null for none.</summary>
    public static StandardCatalog? Find(TaskContext context, string prefix, string filter)
    {
        var radius = context.Pars.Positive(prefix + "RADIUS");
        var named = context.Pars.Text(prefix + "REFCAT");
        var input = context.Optional(Input);
        if (named.Length > 0 && !File.Exists(named))
        {
            throw RecipeException.Wrong(
                $"pars: {prefix}REFCAT is '{named}', but there is no such file here; give the path of a FITS table with RA, DEC and a magnitude that every node has, or register it as type 'standards'.");
        }

        if (named.Length == 0 && input is null) { return null; }
        var path = named.Length > 0 ? named : input!.Path;
        var stars = Read(path, filter, context.Pars.Text(prefix + "MAG_COLUMN"), context.Pars.Text(prefix + "MAGERR_COLUMN"));
        var name = Path.GetFileName(path);
        context.Log($"Using PhotRefCatalog {name}, {stars.Count} standard stars");
        return new StandardCatalog(name, named.Length > 0 ? null : input, stars, radius);
    }

    /// <summary>
    /// Gives stars their standards, whatever they had before. A standard goes to the one star that lies nearest to it, within the radius.
    /// </summary>
    public IReadOnlyList<PhotcatStar> Match(IReadOnlyList<PhotcatStar> stars)
    {
        var best = new Dictionary<int, (int Star, double Distance)>();
        for (var i = 0; i < stars.Count; i++)
        {
            var (number, distance) = _positions.Nearest(stars[i].Ra, stars[i].Dec);
            if (number >= 0 && (!best.TryGetValue(number, out var other) || distance < other.Distance)) { best[number] = (i, distance); }
        }

        var matched = stars.Select(s => s with { Reference = double.NaN, ReferenceError = 0 }).ToArray();
        foreach (var (number, (star, _)) in best)
        {
            matched[star] = matched[star] with { Reference = Stars[number].Magnitude, ReferenceError = Stars[number].Error };
        }

        return matched;
    }

    private static List<StandardStar> Read(string path, string filter, string magnitudeColumn, string errorColumn)
    {
        var table = FitsReader.ReadTable(path);
        var (ra, dec) = (Column(table, path, s_ra), Column(table, path, s_dec));
        var band = new string([.. filter.Where(char.IsAsciiLetterOrDigit)]);
        var magnitude = IsAuto(magnitudeColumn) ? Column(table, path, ["MAG_" + band, band, "MAG"]) : Column(table, path, [magnitudeColumn]);
        var error = errorColumn.Equals("none", StringComparison.OrdinalIgnoreCase) ? null
            : IsAuto(errorColumn) ? Find(table, ["MAGERR_" + band, "e_" + band, "MAGERR"])
            : Column(table, path, [errorColumn]);
        var stars = new List<StandardStar>(table.RowCount);
        for (var row = 0; row < table.RowCount; row++)
        {
            var star = new StandardStar(ra.GetDouble(row), dec.GetDouble(row), magnitude.GetDouble(row), error?.GetDouble(row) ?? 0);
            // Catalogs say with a NaN, or with 99, that a star was not measured in a filter.
            if (double.IsFinite(star.Ra) && double.IsFinite(star.Dec) && star.Magnitude is > -30 and < 90)
            {
                stars.Add(star with { Error = double.IsFinite(star.Error) ? Math.Max(0, star.Error) : 0 });
            }
        }

        return stars;
    }

    private static bool IsAuto(string value) => value.Equals("auto", StringComparison.OrdinalIgnoreCase);

    private static FitsColumn? Find(FitsTable table, IEnumerable<string> names) =>
        names.Select(name => table.Columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(c => c is not null);

    private static FitsColumn Column(FitsTable table, string path, IReadOnlyList<string> names) => Find(table, names)
        ?? throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
            $"{path} has no column {string.Join(" or ", names)}; it has {string.Join(", ", table.Columns.Select(c => c.Name))}."));
}
