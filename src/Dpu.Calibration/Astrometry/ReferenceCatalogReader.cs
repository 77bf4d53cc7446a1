using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>Reads the stars of a reference catalog from a FITS or VOTable file.</summary>
internal static class ReferenceCatalogReader
{
    private const double MilliarcsecondsPerDegree = 3_600_000;

    /// <param name="file">The catalog.</param>
    /// <param name="pars">Names of columns.</param>
    /// <param name="year">When the frames were exposed: stars are moved there where the catalog knows their motion and its epoch; null leaves them.</param>
    public static ReferenceCatalog Read(ReferenceCatalogFile file, ProcessParameters pars, double? year)
    {
        var (ra, dec, magnitude) = (pars.Text(AstrometricKeys.RaColumn), pars.Text(AstrometricKeys.DecColumn), pars.Text(AstrometricKeys.MagnitudeColumn));
        var tables = Tables(file.Path);
        if (tables.Count == 0) { throw RecipeException.BadFile($"{file.Path} holds no table."); }
        foreach (var table in tables)
        {
            if (CatalogColumns.Choose(table.Columns, ra, dec, magnitude) is { } columns)
            {
                return new ReferenceCatalog(file.Name, Stars(file.Path, table, columns, year), Told(table, columns));
            }
        }

        throw CatalogColumns.Missing(file.Path, tables[0].Columns, ra, dec);
    }

    /// <summary>The tables of a FITS or VOTable file.</summary>
    public static IReadOnlyList<CatalogTable> Tables(string path)
    {
        using (var stream = VoTableReader.Open(path))
        {
            if (!VoTableReader.IsXml(stream)) { return FitsTables(path); }
        }

        using var again = VoTableReader.Open(path);
        return VoTableReader.Read(again, path);
    }

    private static IReadOnlyList<CatalogTable> FitsTables(string path)
    {
        try
        {
            return [.. FitsReader.ReadAll(path).OfType<FitsTableHdu>().Select(hdu => new FitsCatalogTable(hdu.Table))];
        }
        catch (FitsException e)
        {
            throw new RecipeException($"{path} is neither a VOTable nor a FITS file that can be read: {e.Message}", RecipeException.BadData, e);
        }
    }

    private static List<ReferenceStar> Stars(string path, CatalogTable table, CatalogColumns columns, double? year)
    {
        int?[] wanted = [columns.Ra, columns.Dec, columns.Magnitude, columns.MotionRa, columns.MotionDec, columns.Epoch];
        var read = table.Read([.. wanted.OfType<int>().Distinct()]);
        var order = wanted.OfType<int>().Distinct().ToList();
        double[]? Values(int? column) => column is { } at ? read[order.IndexOf(at)] : null;
        var (ra, dec, magnitude) = (Values(columns.Ra)!, Values(columns.Dec)!, Values(columns.Magnitude));
        var (motionRa, motionDec, epochs) = (Values(columns.MotionRa), Values(columns.MotionDec), Values(columns.Epoch));
        var (raUnit, decUnit) = (DegreesIn(path, table.Columns[columns.Ra]), DegreesIn(path, table.Columns[columns.Dec]));
        var stars = new List<ReferenceStar>(ra.Length);
        for (var i = 0; i < ra.Length; i++)
        {
            var (a, d) = (ra[i] * raUnit, dec[i] * decUnit);
            if (!double.IsFinite(a) || !(Math.Abs(d) <= 90)) { continue; }
            var years = year is { } now && (epochs?[i] ?? table.Epoch) is { } epoch && epoch is > 1800 and < 2200 ? now - epoch : 0;
            if (motionRa is not null && motionDec is not null && years != 0 && double.IsFinite(motionRa[i] + motionDec[i]))
            {
                (a, d) = new TanWcs(a, d, 0, 0, 1, 0, 0, 1).PlaneToSky(motionRa[i] * years / MilliarcsecondsPerDegree, motionDec[i] * years / MilliarcsecondsPerDegree);
            }

            stars.Add(new ReferenceStar(a, d, magnitude?[i] ?? double.NaN));
        }

        return stars;
    }

    /// <summary>What brings an angle of this column to degrees.</summary>
    public static double DegreesIn(string path, CatalogColumn column) => column.Unit.ToUpperInvariant() switch
    {
        "" or "DEG" or "DEGREE" or "DEGREES" => 1,
        "RAD" or "RADIAN" or "RADIANS" => 180 / Math.PI,
        "H" or "HR" or "HOUR" or "HOURS" => 15,
        "ARCSEC" => 1 / 3600.0,
        "MAS" => 1 / MilliarcsecondsPerDegree,
        _ => throw RecipeException.BadFile($"{path}: the column {column.Name} is in '{column.Unit}'; deg, rad, h, arcsec and mas are understood."),
    };

    private static string Told(CatalogTable table, CatalogColumns columns)
    {
        var names = new[] { columns.Ra, columns.Dec }.Select(at => table.Columns[at].Name).Append(columns.Magnitude is { } at ? table.Columns[at].Name : "no magnitude");
        return string.Join(", ", names) + (columns.MotionRa is { } motion && columns.MotionDec is not null ? string.Create(CultureInfo.InvariantCulture, $", {table.Columns[motion].Name}") : "");
    }
}
