namespace Dpu.Fits;

/// <summary>
/// The gnomonic projection (TAN) with a linear part: Calabretta and Greisen 2002, A&amp;A 395, 1077, section 5.1.3; before it the distortion of the optics, where a
/// header has polynomials of the SIP convention. Angles in degrees, pixels counted from 1 at the centre of the first one, as FITS does.
/// </summary>
public sealed record TanWcs(
    double Crval1, double Crval2, double Crpix1, double Crpix2, double Cd11, double Cd12, double Cd21, double Cd22)
{
    private const double Degree = Math.PI / 180;

    private const string SipSuffix = "-SIP";

    /// <summary>The distortion; null for none.</summary>
    public SipPolynomials? Sip { get; init; }

    private double Determinant => (Cd11 * Cd22) - (Cd12 * Cd21);

    /// <summary>The pixel's scale in arc seconds: the square root of a pixel's area.</summary>
    public double PixelScale => 3600 * Math.Sqrt(Math.Abs(Determinant));

    /// <summary>Reads CTYPE, CRVAL, CRPIX and CD, or PC or CROTA2 with CDELT.</summary>
    /// <exception cref="FitsException">There is no celestial TAN system in the header, or it is singular.</exception>
    public static TanWcs FromHeader(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var (first, second) = (header.GetString("CTYPE1", ""), header.GetString("CTYPE2", ""));
        var hasSip = first.EndsWith(SipSuffix, StringComparison.Ordinal) && second.EndsWith(SipSuffix, StringComparison.Ordinal);
        if (hasSip) { (first, second) = (first[..^SipSuffix.Length], second[..^SipSuffix.Length]); }
        var isSwapped = first == "DEC--TAN" && second == "RA---TAN";
        if (!isSwapped && (first != "RA---TAN" || second != "DEC--TAN"))
        {
            throw new FitsException($"{header.Origin}: CTYPE1 and CTYPE2 are '{first}' and '{second}'; only RA---TAN and DEC--TAN are understood, with or without -SIP.");
        }
        var (cd11, cd12, cd21, cd22) = Linear(header);
        var (ra, dec) = (header.GetDouble("CRVAL1"), header.GetDouble("CRVAL2"));
        var wcs = isSwapped
            ? new TanWcs(dec, ra, header.GetDouble("CRPIX1"), header.GetDouble("CRPIX2"), cd21, cd22, cd11, cd12)
            : new TanWcs(ra, dec, header.GetDouble("CRPIX1"), header.GetDouble("CRPIX2"), cd11, cd12, cd21, cd22);
        wcs = hasSip ? wcs with { Sip = SipPolynomials.FromHeader(header) } : wcs;
        return wcs.Determinant != 0 ? wcs : throw new FitsException($"{header.Origin}: the CD matrix is singular.");
    }

    public void WriteTo(FitsHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        foreach (var old in (string[])["PC1_1", "PC1_2", "PC2_1", "PC2_2", "CDELT1", "CDELT2", "CROTA1", "CROTA2"])
        {
            header.Remove(old);
        }
        // What the pixels had before must not distort them now.
        SipPolynomials.RemoveFrom(header);
        header.Set("CTYPE1", Sip is null ? "RA---TAN" : "RA---TAN" + SipSuffix, Sip is null ? "gnomonic projection" : "gnomonic projection with distortion");
        header.Set("CTYPE2", Sip is null ? "DEC--TAN" : "DEC--TAN" + SipSuffix, Sip is null ? "gnomonic projection" : "gnomonic projection with distortion");
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
        Sip?.WriteTo(header);
    }

    /// <summary>The sky position of a pixel; RA in [0, 360).</summary>
    public (double Ra, double Dec) PixelToSky(double x, double y)
    {
        var (dx, dy) = Sip?.Straighten(x - Crpix1, y - Crpix2) ?? (x - Crpix1, y - Crpix2);
        return PlaneToSky((Cd11 * dx) + (Cd12 * dy), (Cd21 * dx) + (Cd22 * dy));
    }

    /// <summary>The sky position of a point of the plane that touches the sphere at CRVAL, degrees towards east and north.</summary>
    public (double Ra, double Dec) PlaneToSky(double east, double north)
    {
        var (xi, eta) = (east * Degree, north * Degree);
        var (sin0, cos0) = Math.SinCos(Crval2 * Degree);
        var denominator = cos0 - (eta * sin0);
        var alpha = Math.Atan2(xi, denominator);
        var dec = Math.Atan2(sin0 + (eta * cos0), Math.Sqrt((xi * xi) + (denominator * denominator)));
        var ra = (Crval1 + (alpha / Degree)) % 360;
        return (ra < 0 ? ra + 360 : ra, dec / Degree);
    }

    /// <summary>The pixel of a sky position; null on the half of the sky that the projection does not show, and where no pixel can be found for the distortion.</summary>
    public (double X, double Y)? SkyToPixel(double ra, double dec)
    {
        if (SkyToPlane(ra, dec) is not { } plane) { return null; }
        var (u, v) = (((Cd22 * plane.East) - (Cd12 * plane.North)) / Determinant, ((Cd11 * plane.North) - (Cd21 * plane.East)) / Determinant);
        if (Sip is null) { return (Crpix1 + u, Crpix2 + v); }
        return Sip.Distort(u, v) is { } distorted ? (Crpix1 + distorted.U, Crpix2 + distorted.V) : null;
    }

    /// <summary>The point of the plane that touches the sphere at CRVAL, degrees towards east and north; null on the half of the sky that it does not show.</summary>
    public (double East, double North)? SkyToPlane(double ra, double dec)
    {
        var (sin0, cos0) = Math.SinCos(Crval2 * Degree);
        var (sinDec, cosDec) = Math.SinCos(dec * Degree);
        var (sinRa, cosRa) = Math.SinCos((ra - Crval1) * Degree);
        var cosine = (sin0 * sinDec) + (cos0 * cosDec * cosRa);
        if (cosine <= 1e-12)
        {
            return null;
        }
        return (cosDec * sinRa / cosine / Degree, ((cos0 * sinDec) - (sin0 * cosDec * cosRa)) / cosine / Degree);
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
