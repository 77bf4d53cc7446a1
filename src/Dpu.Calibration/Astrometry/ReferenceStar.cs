namespace Dpu.Calibration.Astrometry;

/// <summary>A star of a reference catalog.</summary>
/// <param name="Ra">Degrees.</param>
/// <param name="Dec">Degrees.</param>
/// <param name="Magnitude">NaN where it is not known.</param>
internal readonly record struct ReferenceStar(double Ra, double Dec, double Magnitude);

/// <summary>Stars whose positions are known.</summary>
/// <param name="Name">What it is called in logs and headers.</param>
/// <param name="Stars">In the catalog's order.</param>
/// <param name="Columns">Which columns were taken, for the log.</param>
internal sealed record ReferenceCatalog(string Name, IReadOnlyList<ReferenceStar> Stars, string Columns)
{
    /// <summary>The stars within a distance of a position.</summary>
    public IReadOnlyList<ReferenceStar> Around(double ra, double dec, double degrees)
    {
        var centre = SkyIndex.Vector(ra, dec);
        var cosine = Math.Cos(Math.Min(180, degrees) * Math.PI / 180);
        return [.. Stars.Where(star => IsWithin(SkyIndex.Vector(star.Ra, star.Dec)))];

        bool IsWithin((double X, double Y, double Z) v) => (v.X * centre.X) + (v.Y * centre.Y) + (v.Z * centre.Z) >= cosine;
    }
}
