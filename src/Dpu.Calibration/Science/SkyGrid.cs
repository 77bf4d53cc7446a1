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

    // Between two of so many points of a side, the border of a distorted frame bends by less than the frame loses there.
    private const int DistortedSteps = 32;

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

        foreach (var (x, y) in Border(width, height, wcs.Sip is null ? 1 : DistortedSteps))
        {
            var (gx, gy) = map.Map(x, y);
            (left, right) = (Math.Min(left, gx), Math.Max(right, gx));
            (bottom, top) = (Math.Min(bottom, gy), Math.Max(top, gy));
        }

        var (x0, y0) = ((int)Math.Floor(left + 0.5), (int)Math.Floor(bottom + 0.5));
        return new PixelArea(x0, y0, (int)Math.Ceiling(right - 0.5) - x0 + 1, (int)Math.Ceiling(top - 0.5) - y0 + 1);
    }

    /// <summary>Points of an image's border. The map keeps straight lines straight, so that the corners are the extremes, unless the image is distorted.</summary>
    private static IEnumerable<(double X, double Y)> Border(int width, int height, int steps) =>
        from i in Enumerable.Range(0, steps + 1)
        let part = i / (double)steps
        from side in Enumerable.Range(0, 4)
        select side switch
        {
            0 => (0.5 + (part * width), 0.5),
            1 => (0.5 + (part * width), height + 0.5),
            2 => (0.5, 0.5 + (part * height)),
            _ => (width + 0.5, 0.5 + (part * height)),
        };

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
