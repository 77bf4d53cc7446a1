using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Tests.Astrometry;

/// <summary>A camera of two chips side by side over a star field, with distorting optics, and a telescope that says where it points only roughly.</summary>
internal sealed class Mosaic(StarField field, double distortion)
{
    private static readonly (double East, double North)[] s_dithers = [(0, 0), (14, -9), (-11, 13)];

    // Arc seconds and degrees by which the headers are wrong, the same for the chips of an exposure.
    private static readonly (double East, double North, double Turn)[] s_errors = [(12, -8, 0.1), (-15, 4, -0.2), (3, 17, 0.15)];

    public List<(string Name, TaskInput Frame, TanWcs Truth)> Frames { get; } = [];

    /// <summary>Exposes each chip in each dither.</summary>
    public Mosaic Expose()
    {
        for (var exposure = 0; exposure < s_dithers.Length; exposure++)
        {
            for (var chip = 0; chip < 2; chip++)
            {
                var (dither, error) = (s_dithers[exposure], s_errors[exposure]);
                var truth = Chip(chip, dither.East, dither.North, 0.03 * exposure, distortion);
                var turned = Chip(chip, dither.East, dither.North, (0.03 * exposure) + error.Turn, 0);
                var told = turned with { Crpix1 = turned.Crpix1 + (error.East / StarField.Scale), Crpix2 = turned.Crpix2 - (error.North / StarField.Scale) };
                var name = $"e{exposure}_{chip}";
                Frames.Add((name, field.Frame(name, truth, told, seed: (10 * exposure) + chip, chip: $"ccd{chip}", exposure: $"exp{exposure}"), truth));
            }
        }

        return this;
    }

    public TaskInput[] Inputs => [.. Frames.Select(frame => frame.Frame)];

    /// <summary>The chips lie 500 pixels apart; the second one is turned by 0.4 degrees. The distortion grows with the third power of the distance from the middle between them.</summary>
    private TanWcs Chip(int chip, double east, double north, double turned, double k)
    {
        var pointing = new TanWcs(field.Ra, field.Dec, 0, 0, 1, 0, 0, 1).PlaneToSky(east / 3600, north / 3600);
        var wcs = field.Wcs(turned + (chip == 0 ? 0 : 0.4), dx: chip == 0 ? 250 : -250) with { Crval1 = pointing.Ra, Crval2 = pointing.Dec };
        if (k == 0) { return wcs; }
        var (f, g) = (new double[4, 4], new double[4, 4]);
        (f[3, 0], f[1, 2], g[0, 3], g[2, 1]) = (k, k, k, k);
        return wcs with { Sip = new SipPolynomials(f, g) };
    }
}
