using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Convolves images with a Gaussian, so that their stars are of one width: to a target, from the width that the image's own stars have, or with a kernel of a given sigma. Flux is kept; bad pixels are left out of
/// the sums and stay bad. Widths of Gaussian stars add in quadrature: the width afterwards is the target to the error of the measured one, and for profiles with wings
/// to a few per cent.
/// </summary>
internal sealed class ConvolveRecipe : IRecipe
{
    private const string Prefix = "Convolve.process_params.";
    private const string Type = "convolved";
    private const double FwhmPerSigma = 2.3548200450309493;

    public string Name => "Convolve";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "FWHM", "", "width that stars shall have, pixels"),
        new(Prefix + "SIGMA", "", "standard deviation of the kernel, pixels, instead of FWHM"),
        .. StarImage.Parameters(Prefix),
    ];

    public void Run(TaskContext context)
    {
        if (context.Pars.Text(Prefix + "FWHM").Length > 0 == context.Pars.Text(Prefix + "SIGMA").Length > 0)
        {
            throw RecipeException.Wrong($"pars: either {Prefix}FWHM, the width that stars shall have, or {Prefix}SIGMA, that of the kernel, is needed (pixels).");
        }

        foreach (var input in context.Required("image"))
        {
            context.Log("Making ConvolvedFrame object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            var sigma = Sigma(context, input);
            context.Log(string.Create(CultureInfo.InvariantCulture, $"Sigma of the kernel is : {sigma:F4} (pixels)"));
            Convolve(context, input, sigma);
        }
    }

    private static double Sigma(TaskContext context, TaskInput input)
    {
        if (context.Pars.Text(Prefix + "SIGMA").Length > 0) { return context.Pars.Positive(Prefix + "SIGMA"); }
        var target = context.Pars.Positive(Prefix + "FWHM");
        var psf = PsfModel.Of(StarImage.Open(context, input, Prefix), 0, input.FileName);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"The FWHM is : {psf.Fwhm.Centre:F4} +- {psf.Fwhm.Error:F4} (pixels), {psf.Stars.Count} stars"));
        var difference = (target * target) - (psf.Fwhm.Centre * psf.Fwhm.Centre);
        return difference > 0 ? Math.Sqrt(difference) / FwhmPerSigma : throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
            $"{input.FileName}: its stars are {psf.Fwhm.Centre:F3} pixels wide already; {Prefix}FWHM is {target}, and a convolution makes nothing sharper."));
    }

    private static void Convolve(TaskContext context, TaskInput input, double sigma)
    {
        var image = FitsReader.ReadImage(input.Path);
        var weights = WeightExtension.Read(input.Path, image);
        var kernel = GaussianKernel.OfSigma(sigma);
        var good = image.Pixels.Select((p, i) => float.IsFinite(p) && (weights is null || weights.Pixels[i] > 0)).ToArray();
        var cover = kernel.Apply([.. good.Select(g => g ? 1f : 0f)], image.Width, image.Height);
        var sums = kernel.Apply([.. image.Pixels.Select((p, i) => good[i] ? p : 0f)], image.Width, image.Height);
        for (var i = 0; i < sums.Length; i++) { sums[i] = good[i] ? sums[i] / cover[i] : float.NaN; }
        if (weights is not null) { Weigh(weights, good, cover, kernel); }
        var header = image.Header;
        header.Set("KERNSIG", sigma, "[pixel] sigma of the kernel");
        // White noise; what was resampled before is correlated and keeps more of it.
        header.Set("NOISEFAC", kernel.Taps.Sum(t => (double)t * t), "what is left of white noise");
        ScienceProduct.Describe(context, header, Type, [input]);
        var metadata = ScienceProduct.About(input);
        metadata["kernelsigma"] = sigma;
        ScienceProduct.Write(context, Type, FrameNames.Stem(input, Type), new FitsImage(image.Width, image.Height, sums, header), weights, metadata, [input]);
    }

    /// <summary>Variances are smoothed by the squares of the taps.</summary>
    private static void Weigh(FitsImage weights, bool[] good, float[] cover, GaussianKernel kernel)
    {
        var variances = kernel.Squared().Apply([.. weights.Pixels.Select((w, i) => good[i] ? 1 / w : 0f)], weights.Width, weights.Height);
        for (var i = 0; i < variances.Length; i++) { weights.Pixels[i] = good[i] && variances[i] > 0 ? cover[i] * cover[i] / variances[i] : 0; }
    }
}
