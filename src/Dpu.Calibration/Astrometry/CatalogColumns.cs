using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>Which columns of a table are right ascension, declination, magnitude and proper motion.</summary>
internal sealed record CatalogColumns(int Ra, int Dec, int? Magnitude, int? MotionRa, int? MotionDec, int? Epoch)
{
    private const string Auto = "auto";

    // In the order of belief: ICRS before FK5 before what says nothing, as the archives and their tools name them.
    private static readonly string[] s_ra = ["RA_ICRS", "RAJ2000", "_RAJ2000", "_RA_ICRS", "_RA", "RA", "ALPHA_J2000", "ALPHA", "RADEG", "RA_DEG", "RIGHT_ASCENSION", "X_WORLD"];
    private static readonly string[] s_dec = ["DE_ICRS", "DEJ2000", "_DEJ2000", "_DE_ICRS", "_DE", "DEC", "DELTA_J2000", "DELTA", "DEDEG", "DEC_DEG", "DECLINATION", "Y_WORLD", "DE", "DEC_ICRS", "DECJ2000"];
    private static readonly string[] s_magnitude =
        ["PHOT_G_MEAN_MAG", "GMAG", "R2MAG", "R1MAG", "RMAG", "R_MAG", "MAG", "MAG_AUTO", "VMAG", "V_MAG", "B2MAG", "B1MAG", "BMAG", "IMAG", "JMAG", "J_M", "MAGNITUDE"];

    private static readonly string[] s_motionRa = ["PMRA", "PM_RA", "PMRA_ICRS"];
    private static readonly string[] s_motionDec = ["PMDEC", "PMDE", "PM_DEC", "PM_DE"];
    private static readonly string[] s_epoch = ["REF_EPOCH", "EPOCH", "EP", "EPRA"];

    /// <summary>Null when the table has no positions and the user named no columns.</summary>
    /// <param name="columns">The table's.</param>
    /// <param name="ra">Name of a column, or <c>auto</c>.</param>
    /// <param name="dec">Name of a column, or <c>auto</c>.</param>
    /// <param name="magnitude">Name of a column, or <c>auto</c>.</param>
    public static CatalogColumns? Choose(IReadOnlyList<CatalogColumn> columns, string ra, string dec, string magnitude)
    {
        var (atRa, atDec) = (Of(columns, ra, "pos.eq.ra", s_ra), Of(columns, dec, "pos.eq.dec", s_dec));
        return atRa is null || atDec is null
            ? null
            : new CatalogColumns(
                atRa.Value,
                atDec.Value,
                Of(columns, magnitude, "phot.mag", s_magnitude),
                Of(columns, Auto, "pos.pm;pos.eq.ra", s_motionRa),
                Of(columns, Auto, "pos.pm;pos.eq.dec", s_motionDec),
                Of(columns, Auto, "", s_epoch));
    }

    /// <summary>A column that a user named and the table does not have.</summary>
    public static RecipeException Missing(string file, IReadOnlyList<CatalogColumn> columns, string ra, string dec)
    {
        var names = columns.Where(column => column.IsNumber).Select(column => column.Name).ToArray();
        var asked = new[] { ra, dec }.FirstOrDefault(name => !IsAuto(name) && Named(columns, name) is null);
        var nearest = asked is null ? null : Nearest.To(asked, names);
        return RecipeException.BadFile(asked is null
            ? $"{file} has no columns of right ascension and declination that can be recognised; it has {string.Join(", ", names)}. {AstrometricKeys.RaColumn} and {AstrometricKeys.DecColumn} name them."
            : $"{file} has no column of numbers '{asked}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")} It has {string.Join(", ", names)}.");
    }

    private static int? Of(IReadOnlyList<CatalogColumn> columns, string asked, string ucd, string[] names)
    {
        if (!IsAuto(asked)) { return Named(columns, asked); }

        // The word `main` marks the one that is meant where a table has several.
        var meant = ucd.Length == 0
            ? []
            : Enumerable.Range(0, columns.Count).Where(i => columns[i].IsNumber && IsMeant(columns[i].Ucd, ucd)).OrderByDescending(i => columns[i].Ucd.Contains("meta.main", StringComparison.OrdinalIgnoreCase)).ToArray();
        var named = names.Select(name => Named(columns, name)).FirstOrDefault(at => at is not null);
        return meant is [var first, ..] && (columns[first].Ucd.Contains("meta.main", StringComparison.OrdinalIgnoreCase) || named is null) ? first : named;
    }

    // Errors and differences have such words further back: `stat.error;pos.eq.ra`. Before 2005 the words were others: `POS_EQ_RA_MAIN`.
    private static bool IsMeant(string ucd, string wanted) =>
        ucd.StartsWith(wanted, StringComparison.OrdinalIgnoreCase) || ucd.Equals($"{wanted.Replace('.', '_')}_MAIN", StringComparison.OrdinalIgnoreCase);

    private static bool IsAuto(string name) => name.Equals(Auto, StringComparison.OrdinalIgnoreCase);

    private static int? Named(IReadOnlyList<CatalogColumn> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].IsNumber && columns[i].Name.Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) { return i; }
        }

        return null;
    }
}
