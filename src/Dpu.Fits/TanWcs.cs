namespace Dpu.Fits;

/// <summary>
/// The gnomonic projection (TAN) with a linear part: Calabretta and Greisen 2002, A&amp;A 395, 1077, section 5.1.3. Angles in degrees, pixels
/// counted from 1 at the centre of the first one, as FITS does.
/// </summary>
public sealed record TanWcs(
    double Crval1, double Crval2, double Crpix1, double Crpix2, double Cd11, double Cd12, double Cd21, double Cd22)
{
    private const double Degree = Math.PI / 180;

    private double Determinant => (Cd11 * Cd22) - (Cd12 * Cd21);

    /// <summary>The pixel's scale in arc seconds: the square root of a pixel's area.</summary>
    public double PixelScale => 3600 * Math.Sqrt(Math.Abs(Determinant));

    /// <summary>Reads CTYPE, CRVAL, CRPIX and CD, or PC or CROTA2 with CDELT.</summary>
    /// <exception cref="FitsException">There is no celestial TAN system in the header, or it is singular.</exception>
    public static TanWcs FromHeader(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var (first, second) = (header.GetString("CTYPE1", ""), header.GetString("CTYPE2", ""));
        var isSwapped = first == "DEC--TAN" && second == "RA---TAN";
        if (!isSwapped && (first != "RA---TAN" || second != "DEC--TAN"))
        {
            throw new FitsException($"{header.Origin}: CTYPE1 and CTYPE2 are '{first}' and '{second}'; only RA---TAN and DEC--TAN are understood.");
        }
        var (cd11, cd12, cd21, cd22) = Linear(header);
        var (ra, dec) = (header.GetDouble("CRVAL1"), header.GetDouble("CRVAL2"));
        var wcs = isSwapped
            ? new TanWcs(dec, ra, header.GetDouble("CRPIX1"), header.GetDouble("CRPIX2"), cd21, cd22, cd11, cd12)
            : new TanWcs(ra, dec, header.GetDouble("CRPIX1"), header.GetDouble("CRPIX2"), cd11, cd12, cd21, cd22);
        return wcs.Determinant != 0 ? wcs : throw new FitsException($"{header.Origin}: the CD matrix is singular.");
    }

    public void WriteTo(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        foreach (var old in (string[])["PC1_1", "PC1_2", "PC2_1", "PC2_2", "CDELT1", "CDELT2", "CROTA1", "CROTA2"])
        {
            header.Remove(old);
        }
        header.Set("CTYPE1", "RA---TAN", "gnomonic projection");
        header.Set("CTYPE2", "DEC--TAN", "gnomonic projection");
        header.Set("CUNIT1", "deg", "");
        header.Set("CUNIT2", "deg", "");
        header.Set("CRVAL1", Crval1, "[deg] RA of the reference pixel");
        header.Set("CRVAL2", Crval2, "[deg] Dec of the reference pixel");
        header.Set("CRPIX1", Crpix1, "[pixel] reference pixel, axis 1");
        header.Set("CRPIX2", Crpix2, "[pixel] reference pixel, axis 2");
        header.Set("CD1_1", Cd11, "[deg/pixel]");
        header.Set("CD1_2", Cd12, "[deg/pixel]");
        header.Set("CD2_1", Cd21, "[deg/pixel]");
        header.Set("CD2_2", Cd22, "[deg/pixel]");
    }

    /// <summary>The sky position of a pixel; RA in [0, 360).</summary>
    public (double Ra, double Dec) PixelToSky(double x, double y)
    {
        var (dx, dy) = (x - Crpix1, y - Crpix2);
        var xi = ((Cd11 * dx) + (Cd12 * dy)) * Degree;
        var eta = ((Cd21 * dx) + (Cd22 * dy)) * Degree;
        var (sin0, cos0) = Math.SinCos(Crval2 * Degree);
        var denominator = cos0 - (eta * sin0);
        var alpha = Math.Atan2(xi, denominator);
        var dec = Math.Atan2(sin0 + (eta * cos0), Math.Sqrt((xi * xi) + (denominator * denominator)));
        var ra = (Crval1 + (alpha / Degree)) % 360;
        return (ra < 0 ? ra + 360 : ra, dec / Degree);
    }

    /// <summary>The pixel of a sky position; null on the half of the sky that the projection does not show.</summary>
    public (double X, double Y)? SkyToPixel(double ra, double dec)
    {
        var (sin0, cos0) = Math.SinCos(Crval2 * Degree);
        var (sinDec, cosDec) = Math.SinCos(dec * Degree);
        var (sinRa, cosRa) = Math.SinCos((ra - Crval1) * Degree);
        var cosine = (sin0 * sinDec) + (cos0 * cosDec * cosRa);
        if (cosine <= 1e-12)
        {
            return null;
        }
        var xi = cosDec * sinRa / cosine / Degree;
        var eta = ((cos0 * sinDec) - (sin0 * cosDec * cosRa)) / cosine / Degree;
        var det = Determinant;
        return (Crpix1 + (((Cd22 * xi) - (Cd12 * eta)) / det), Crpix2 + (((Cd11 * eta) - (Cd21 * xi)) / det));
    }

    private static (double, double, double, double) Linear(FitsHeader header)
    {
        if (header.Contains("CD1_1") || header.Contains("CD1_2") || header.Contains("CD2_1") || header.Contains("CD2_2"))
        {
            // Absent elements of a CD matrix are zero once one of them is given.
            return (header.GetDouble("CD1_1", 0), header.GetDouble("CD1_2", 0), header.GetDouble("CD2_1", 0), header.GetDouble("CD2_2", 0));
        }
        var (delta1, delta2) = (header.GetDouble("CDELT1"), header.GetDouble("CDELT2"));
        if (header.Contains("PC1_1") || header.Contains("PC1_2") || header.Contains("PC2_1") || header.Contains("PC2_2") || !header.Contains("CROTA2"))
        {
            return (delta1 * header.GetDouble("PC1_1", 1), delta1 * header.GetDouble("PC1_2", 0), delta2 * header.GetDouble("PC2_1", 0), delta2 * header.GetDouble("PC2_2", 1));
        }
        var (sin, cos) = Math.SinCos(header.GetDouble("CROTA2") * Degree);
        return (delta1 * cos, -delta2 * sin, delta1 * sin, delta2 * cos);
    }
}
