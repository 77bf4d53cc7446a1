using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>What a frame's header and metadata tell of its astrometric solution.</summary>
/// <param name="Wcs">The solution.</param>
/// <param name="Catalog">Name of the reference catalog.</param>
/// <param name="Stars">Stars that it rests on.</param>
/// <param name="Rms">Scatter of these along one axis, arc seconds.</param>
/// <param name="Error">One-sigma error of a position along one axis by the solution itself, mean over the frame, arc seconds.</param>
internal sealed record AstrometricFigures(TanWcs Wcs, string Catalog, int Stars, double Rms, double Error);

/// <summary>Writes a frame anew with its coordinate system: the same pixels and extensions under a mended header.</summary>
internal static class AstrometricProduct
{
    public const string Type = "reduced";

    public static void Write(TaskContext context, StarryFrame frame, AstrometricFigures figures, IReadOnlyList<TaskInput> inputs, int degree)
    {
        var hdus = FitsReader.ReadAll(frame.Input.Path);
        var at = hdus.TakeWhile(hdu => hdu is not FitsImageHdu { Image: not null }).Count();
        var image = ((FitsImageHdu)hdus[at]).Image!;
        figures.Wcs.WriteTo(image.Header);
        foreach (var weights in hdus.OfType<FitsImageHdu>().Where(IsWeight)) { figures.Wcs.WriteTo(weights.Header); }
        Describe(image.Header, figures, degree);
        ScienceProduct.Describe(context, image.Header, Type, inputs);
        var path = context.Results.NewPath(FrameNames.Stem(frame.Input, Type), ".fits");
        FitsWriter.Write(path, hdus);
        var metadata = About(frame, figures);
        context.Results.Add(Type, path, Type, metadata, inputs);
        var picture = Path.ChangeExtension(path, ".png");
        QuickLook.Write(picture, image);
        context.Results.Add(Type + ".quicklook", picture, "quicklook", metadata.Only("instrument", "chip", "filter", "date", "object"), inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static bool IsWeight(FitsImageHdu hdu) => hdu.Header.GetString("EXTNAME", "").Equals(WeightExtension.Name, StringComparison.OrdinalIgnoreCase);

    private static void Describe(FitsHeader header, AstrometricFigures figures, int degree)
    {
        header.Set("ASTRCAT", Ascii(figures.Catalog), "reference catalog of the coordinate system");
        header.Set("ASTRNUM", (long)figures.Stars, "stars that it rests on");
        header.Set("ASTRRMS", figures.Rms, "[arcsec] scatter of these along one axis");
        header.Set("ASTRERR", figures.Error, "[arcsec] error of a position by the solution");
        header.Set("ASTRDEG", (long)degree, "degree of the polynomial in pixels");

        // The catalog's system is that of the positions now.
        header.Set("RADESYS", "ICRS", "");
        header.Set("EQUINOX", 2000.0, "");
    }

    private static Metadata About(StarryFrame frame, AstrometricFigures figures)
    {
        // What was measured on the pixels holds for the new file as well.
        var metadata = ScienceProduct.About(frame.Input);
        foreach (var (key, value) in frame.Input.Metadata.Only("sky", "noise", "badpixels")) { metadata[key] = value; }
        var (ra, dec) = figures.Wcs.PixelToSky(0.5 * (frame.Width + 1), 0.5 * (frame.Height + 1));
        metadata["astrcat"] = figures.Catalog;
        metadata["astrstars"] = figures.Stars;
        metadata["astrrms"] = figures.Rms;
        metadata["astrerr"] = figures.Error;
        metadata["racentre"] = ra;
        metadata["deccentre"] = dec;
        return metadata;
    }

    private static string Ascii(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
