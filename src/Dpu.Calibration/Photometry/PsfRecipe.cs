using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The point-spread function of each image (see <see cref="PsfModel"/>): a normalised picture of it in the middle, its figures in the header, a table of the stars. FWHM is that of the light before
/// pixels integrate it, the geometric mean of both axes. Stated errors: the stars' scatter.
/// </summary>
internal sealed class PsfRecipe : IRecipe
{
    public const string Prefix = "PSF.process_params.";
    private const string Type = "psf";

    public string Name => "PSF";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "ORDER", "1", "order of the polynomials in the position, 0 to 3; lower where there are few stars"),
        .. StarImage.Parameters(Prefix),
    ];

    public void Run(TaskContext context)
    {
        var order = context.Pars.Integer(Prefix + "ORDER");
        if (order is < 0 or > 3) { throw RecipeException.Wrong($"pars: {Prefix}ORDER is {order}; 0 to 3 is needed."); }
        foreach (var input in context.Required("image"))
        {
            context.Log("Making PSF object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            var image = StarImage.Open(context, input, Prefix);
            Save(context, input, image, PsfModel.Of(image, order, input.FileName));
        }
    }

    private static void Save(TaskContext context, TaskInput input, StarImage image, PsfModel psf)
    {
        var scale = image.Image.Header.GetDouble("PIXSCALE", double.NaN);
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"The FWHM is : {psf.Fwhm.Centre:F4} +- {psf.Fwhm.Error:F4} (pixels){(double.IsFinite(scale) ? string.Create(CultureInfo.InvariantCulture, $", {psf.Fwhm.Centre * scale:F3} (arcsec)") : "")}, {psf.Stars.Count} stars"));
        context.Log(string.Create(CultureInfo.InvariantCulture, $"The ellipticity is : {psf.Ellipticity:F4} +- {psf.EllipticityError:F4} at {psf.Angle:F1} (deg), t = 1/beta {psf.T:F3} +- {psf.TError:F3}"));
        var pixels = psf.Picture(out var side);
        var picture = new FitsImage(side, side, pixels, Header(context, input, image.Image.Header, psf));
        var path = context.Results.NewPath(FrameNames.Stem(input, Type), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(picture), new FitsTableHdu(Table(psf))]);
        var metadata = input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure");
        metadata["fwhm"] = psf.Fwhm.Centre;
        metadata["fwhmerror"] = psf.Fwhm.Error;
        metadata["ellipticity"] = psf.Ellipticity;
        metadata["ellipticityerror"] = psf.EllipticityError;
        metadata["stars"] = psf.Stars.Count;
        context.Results.Add(Type, path, Type, metadata, [input]);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static FitsHeader Header(TaskContext context, TaskInput input, FitsHeader image, PsfModel psf)
    {
        var header = new FitsHeader();
        foreach (var key in (string[])["INSTRUME", "CHIP", "OBJECT", "FILTER", "DATE-OBS", "MJD-OBS", "EXPID", "PIXSCALE"])
        {
            if (image.TryGet(key, out var value)) { header.Set(key, value); }
        }

        header.Set("PSFFWHM", psf.Fwhm.Centre, "[pixel] in the middle of the image");
        Known(header, "PSFFWERR", psf.Fwhm.Error, "[pixel] one sigma of PSFFWHM");
        header.Set("PSFELL", psf.Ellipticity, "1 - minor/major axis in the middle");
        Known(header, "PSFELERR", psf.EllipticityError, "one sigma of PSFELL");
        header.Set("PSFTHETA", psf.Angle, "[deg] major axis from x towards y");
        header.Set("PSFT", psf.T, "1/beta of the Moffat function; 0: Gaussian");
        Known(header, "PSFTERR", psf.TError, "one sigma of PSFT");
        header.Set("PSFORDER", (long)psf.Order, "order of the polynomials in u, v: -1 to 1");
        for (var i = 0; i < psf.Fwhm.Coefficients.Length; i++)
        {
            header.Set($"PSFFW{i}", psf.Fwhm.Coefficients[i], "[pixel] FWHM: 1, u, v, u^2, u v, v^2 ...");
            header.Set($"PSFEA{i}", psf.E1.Coefficients[i], "(Mxx - Myy)/(Mxx + Myy), likewise");
            header.Set($"PSFEB{i}", psf.E2.Coefficients[i], "2 Mxy/(Mxx + Myy), likewise");
        }

        header.Set("PSFSTARS", (long)psf.Stars.Count, "number of stars");
        header.Set("PSFCHI2", psf.ReducedChiSquared, "mean reduced chi2 of the stars");
        ScienceProduct.Describe(context, header, Type, [input]);
        return header;
    }

    private static void Known(FitsHeader header, string key, double value, string comment)
    {
        if (double.IsFinite(value)) { header.Set(key, value, comment); }
    }

    private static FitsTable Table(PsfModel psf)
    {
        double[] Each(Func<StarProfile, double> value) => [.. psf.Stars.Select(value)];
        var header = new FitsHeader();
        header.Set("EXTNAME", "STARS", "");
        return new FitsTable(
        [
            FitsColumn.Of("X", Each(s => s.X + 1), "pixel"),
            FitsColumn.Of("Y", Each(s => s.Y + 1), "pixel"),
            FitsColumn.Of("AMPLITUDE", Each(s => s.Amplitude)),
            FitsColumn.Of("FWHM", Each(s => s.Fwhm), "pixel"),
            FitsColumn.Of("E1", Each(s => s.Ellipticity.E1)),
            FitsColumn.Of("E2", Each(s => s.Ellipticity.E2)),
            FitsColumn.Of("RESIDUAL", Each(s => s.Fwhm - psf.FwhmAt(s)), "pixel"),
        ], header);
    }
}
