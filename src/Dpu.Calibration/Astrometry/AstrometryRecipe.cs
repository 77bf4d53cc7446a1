using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// Gives each reduced frame the coordinate system that a reference catalog's stars say: the stars are recognised, whatever the header's pointing, rotation and scale are off by, within
/// limits, and a TAN (with SIP for degrees above 1) is fitted to them by weighted, clipped least squares. What comes out is the same frame under a mended header.
/// </summary>
/// <remarks>
/// The error of a position by the solution is that of the fitted polynomial, <c>bᵀ (Aᵀ W A)⁻¹ b</c> for the terms b at a pixel, with W from the sources' errors and the scatter that is left:
/// for n stars of scatter σ spread over the frame it is σ √(t / n) on average with t terms (3 for a TAN), and σ √(7 / n) in the corners of a TAN. Errors that all stars of the catalog
/// share are not in it.
/// </remarks>
internal sealed class AstrometryRecipe : IRecipe
{
    public string Name => "Astrometry";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [.. AstrometricKeys.Catalog, .. AstrometricKeys.Match];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("reduced");
        var options = AstrometricOptions.Of(context.Pars);
        var file = ReferenceCatalogFile.Find(context);
        ReferenceCatalog? catalog = null;
        double? year = null;
        foreach (var input in inputs)
        {
            context.Log("Making AstrometricParameters object");
            context.Log($"Using ReducedScienceFrame {input.FileName}");
            var frame = StarryFrame.Read(input, options.SignalToNoiseMin);
            if (catalog is null || frame.Year != year)
            {
                (catalog, year) = (ReferenceCatalogReader.Read(file, context.Pars, frame.Year), frame.Year);
                context.Log($"Using reference catalog {catalog.Name} : {catalog.Stars.Count} stars ({catalog.Columns})");
            }

            Solve(context, frame, catalog, file, options);
        }
    }

    private static void Solve(TaskContext context, StarryFrame frame, ReferenceCatalog catalog, ReferenceCatalogFile file, AstrometricOptions options)
    {
        context.Log($"Number of sources is : {frame.Stars.Count}");
        var start = Recognition.Recognise(context, [frame], catalog, options)[0];
        var (ra, dec) = start.PixelToSky(0.5 * (frame.Width + 1), 0.5 * (frame.Height + 1));
        var stars = catalog.Around(ra, dec, ((1.1 * frame.Radius) + (2 * options.Limits.Cell)) / 3600);
        var fit = StarFit.Fit(frame, start, stars, options);
        var error = fit.Solution.MeanErrorOver(frame.Width, frame.Height);
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Number of stars is : {fit.Residuals.Count}, {fit.Clipped} rejected beyond {options.SigmaClip:0.#} (sigma)"));
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Scatter about the solution is : {fit.Rms:F4} (arcsec), error of a position {error:F4} (arcsec), degree {options.Degree}"));
        var figures = new AstrometricFigures(fit.Solution.Wcs, catalog.Name, fit.Residuals.Count, fit.Rms, error);
        AstrometricProduct.Write(context, frame, figures, file.Registered is null ? [frame.Input] : [frame.Input, file.Registered], options.Degree);
    }
}
