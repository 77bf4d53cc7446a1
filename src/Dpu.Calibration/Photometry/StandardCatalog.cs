using Dpu.Calibration.Astrometry;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Photometry;

/// <summary>A star of known magnitude; degrees, magnitudes.</summary>
internal readonly record struct StandardStar(double Ra, double Dec, double Magnitude, double Error);

/// <summary>Standard stars in one filter, from a table in a FITS file or a VOTable: columns for RA, Dec and a magnitude, under the names that catalogs give them.</summary>
internal sealed class StandardCatalog
{
    public const string Input = "standards";
    private const string Auto = "auto";

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
        new(prefix + "REFCAT", "", "a FITS table or VOTable of standard stars on the node; empty: the input 'standards'"),
        new(prefix + "MAG_COLUMN", Auto, "column of the magnitudes; auto: MAG_<filter>, <filter> or MAG"),
        new(prefix + "MAGERR_COLUMN", Auto, "column of their errors; auto: MAGERR_<filter>, e_<filter>, MAGERR; none: they are exact"),
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
                $"pars: {prefix}REFCAT is '{named}', but there is no such file here; give the path of a FITS table or VOTable with RA, DEC and a magnitude that every node has, or register it as type 'standards'.");
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
        var (table, columns) = Table(path);
        var band = new string([.. filter.Where(char.IsAsciiLetterOrDigit)]);
        var magnitude = Column(table, path, IsAuto(magnitudeColumn) ? ["MAG_" + band, band, "MAG"] : [magnitudeColumn]);
        var error = errorColumn.Equals("none", StringComparison.OrdinalIgnoreCase) ? null
            : IsAuto(errorColumn) ? Find(table, ["MAGERR_" + band, "e_" + band, "MAGERR"])
            : Column(table, path, [errorColumn]);
        var values = table.Read([columns.Ra, columns.Dec, magnitude, .. error is { } at ? [at] : Array.Empty<int>()]);
        var (raUnit, decUnit) = (ReferenceCatalogReader.DegreesIn(path, table.Columns[columns.Ra]), ReferenceCatalogReader.DegreesIn(path, table.Columns[columns.Dec]));
        var stars = new List<StandardStar>(values[0].Length);
        for (var row = 0; row < values[0].Length; row++)
        {
            var sigma = error is null ? 0 : values[3][row];
            var star = new StandardStar(values[0][row] * raUnit, values[1][row] * decUnit, values[2][row], double.IsFinite(sigma) ? Math.Max(0, sigma) : 0);
            // Catalogs say with a NaN, or with 99, that a star was not measured in a filter.
            if (double.IsFinite(star.Ra) && double.IsFinite(star.Dec) && star.Magnitude is > -30 and < 90) { stars.Add(star); }
        }

        return stars;
    }

    private static (CatalogTable Table, CatalogColumns Columns) Table(string path)
    {
        var tables = ReferenceCatalogReader.Tables(path);
        foreach (var table in tables)
        {
            if (CatalogColumns.Choose(table.Columns, Auto, Auto, Auto) is { } columns) { return (table, columns); }
        }

        throw tables.Count == 0 ? RecipeException.BadFile($"{path} holds no table.") : CatalogColumns.Missing(path, tables[0].Columns, Auto, Auto);
    }

    private static bool IsAuto(string value) => value.Equals(Auto, StringComparison.OrdinalIgnoreCase);

    private static int? Find(CatalogTable table, IEnumerable<string> names) => names
        .Select(name => Enumerable.Range(0, table.Columns.Count).Where(i => table.Columns[i].IsNumber && table.Columns[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Cast<int?>().FirstOrDefault())
        .FirstOrDefault(at => at is not null);

    private static int Column(CatalogTable table, string path, IReadOnlyList<string> names) => Find(table, names)
        ?? throw RecipeException.BadFile($"{path} has no column of numbers {string.Join(" or ", names)}; it has {string.Join(", ", table.Columns.Where(c => c.IsNumber).Select(c => c.Name))}.");
}
