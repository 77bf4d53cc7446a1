using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>
/// The pixel grid that all regridded frames of a field share: a gnomonic plane, north up and east left, with the projection
/// centre at grid position (0, 0). Each task finds the same one by itself: nothing enters but what all frames of the field
/// have in common.
/// </summary>
internal sealed record SkyGrid(double Ra, double Dec, double ScaleArcseconds)
{
    // Without a target, pointings of one field fall into one cell of the sky unless a border of the cells runs through it.
    private const double CellDegrees = 1;

    /// <summary>The grid's coordinate system with its centre at pixel 0.</summary>
    public TanWcs Wcs
    {
        get
        {
            var step = ScaleArcseconds / 3600;
            return new TanWcs(Ra, Dec, 0, 0, -step, 0, 0, step);
        }
    }

    /// <summary>The system of a sub-rectangle whose first pixel is grid pixel (x, y): whole pixels apart from <see cref="Wcs"/>.</summary>
    public TanWcs WcsAt(int x, int y) => Wcs with { Crpix1 = 1 - x, Crpix2 = 1 - y };

    /// <param name="header">A reduced frame's.</param>
    /// <param name="wcs">Its coordinate system.</param>
    /// <param name="scale">Arc seconds per pixel; null: PIXSCALE of the header, else the frame's own scale to 0.001 arcsec.</param>
    /// <param name="centre">Projection centre in degrees; null: RA_TARG and DEC_TARG, else the cell of the sky that RA and DEC, or CRVAL, lie in.</param>
    public static SkyGrid Of(FitsHeader header, TanWcs wcs, double? scale, (double Ra, double Dec)? centre)
    {
        var (ra, dec) = centre ?? Target(header) ?? Cell(Angle(header, "RA", wcs.Crval1), Angle(header, "DEC", wcs.Crval2));
        var arcseconds = scale ?? header.GetDouble("PIXSCALE", Math.Round(wcs.PixelScale, 3));
        return arcseconds > 0
            ? new SkyGrid(ra, dec, arcseconds)
            : throw RecipeException.Wrong($"{header.Origin}: the pixel scale is {arcseconds} arcsec; a number above 0 is needed.");
    }

    /// <summary>The smallest rectangle of grid pixels, from 0 at the projection centre, that holds an image.</summary>
    public PixelArea Cover(TanWcs wcs, int width, int height)
    {
        var map = new TangentMap(wcs, Wcs);
        var (left, right, bottom, top) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);

        // The map keeps straight lines straight: the corners are the extremes.
        foreach (var (x, y) in (ReadOnlySpan<(double, double)>)[(0.5, 0.5), (width + 0.5, 0.5), (0.5, height + 0.5), (width + 0.5, height + 0.5)])
        {
            var (gx, gy) = map.Map(x, y);
            (left, right) = (Math.Min(left, gx), Math.Max(right, gx));
            (bottom, top) = (Math.Min(bottom, gy), Math.Max(top, gy));
        }

        var (x0, y0) = ((int)Math.Floor(left + 0.5), (int)Math.Floor(bottom + 0.5));
        return new PixelArea(x0, y0, (int)Math.Ceiling(right - 0.5) - x0 + 1, (int)Math.Ceiling(top - 0.5) - y0 + 1);
    }

    private static (double Ra, double Dec)? Target(FitsHeader header) =>
        header.Contains("RA_TARG") && header.Contains("DEC_TARG") ? (header.GetDouble("RA_TARG"), header.GetDouble("DEC_TARG")) : null;

    // Archives also write hours, minutes and seconds there; CRVAL says the same in degrees.
    private static double Angle(FitsHeader header, string key, double fallback) =>
        header.TryGet(key, out var value) && value.TryGetDouble(out var degrees) ? degrees : fallback;

    private static (double Ra, double Dec) Cell(double ra, double dec)
    {
        var cellDec = CellDegrees * Math.Round(dec / CellDegrees);
        var cells = Math.Max(1, Math.Round(360 * Math.Max(0, Math.Cos(cellDec * Math.PI / 180)) / CellDegrees));
        return (Math.Round(ra * cells / 360) % cells * 360 / cells, cellDec);
    }
}
