using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Difference imaging (Alard and Lupton 1998): the reference is convolved such that its stars look like those of each regridded frame, and subtracted; what is left changed. The flux of that is measured at the place of every star of
/// the reference by the frame's star profile, so that light curves come out of crowded fields too. Fluxes are those of the reference's scale. The stated error of a flux is that of the profile's fit, from the noise of both images
/// and the star's photons; where the fluxes of a frame's stars scatter more than that (resampling correlates pixels), all errors of the frame are widened to the scatter.
/// </summary>
internal sealed class MDiaRecipe : IRecipe
{
    private const string Prefix = "MDia.process_params.";
    private const double FwhmPerSigma = 2.3548200450309493;

    public string Name => "MDia";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "EPOCHS_MIN", "4", "how often a star must have been measured to be called variable, twice at least"),
        new(Prefix + "FALSE_ALARMS", "0.1", "how many constant stars of the whole list may be called variable, on average"),
        new(Prefix + "DETECT_THRESH", "5.0", "level above the noise of a star of the reference, and of a new one in a difference image"),
        new(Prefix + "FLOOR", "0.003", "part of a star's flux that is not known better in any image, in quadrature with its error"),
        .. StarImage.Parameters(Prefix),
    ];

    public void Run(TaskContext context)
    {
        var referenceInput = context.Single("reference");
        context.Log($"Using ReferenceFrame {referenceInput.FileName}");
        var reference = ReferenceImage.Open(context, referenceInput, Prefix);
        context.Log($"Number of stars of the reference is : {reference.Sources.Count}, FWHM {reference.Stars.Fwhm.ToString("F2", CultureInfo.InvariantCulture)} (pixels)");
        var floor = context.Pars.Number(Prefix + "FLOOR");
        if (floor < 0) { throw RecipeException.Wrong($"pars: {Prefix}FLOOR is {context.Pars.Text(Prefix + "FLOOR")}; 0 or more is needed."); }
        var curves = new DifferenceCurves(reference.Sources, floor);
        foreach (var input in context.Required("regridded"))
        {
            context.Log("Making DifferenceFrame object");
            context.Log($"Using RegriddedFrame {input.FileName}");
            Subtract(context, reference, input, referenceInput, curves);
        }

        if (curves.Frames == 0) { throw RecipeException.BadFile($"{context.Required("regridded")[0].FileName} and the others: no frame has enough stars in common with {referenceInput.FileName}."); }
        curves.Save(context, reference, [.. context.Required("regridded"), referenceInput], Math.Max(2, context.Pars.Integer(Prefix + "EPOCHS_MIN")), context.Pars.Positive(Prefix + "FALSE_ALARMS"));
    }

    private static void Subtract(TaskContext context, ReferenceImage reference, TaskInput input, TaskInput referenceInput, DifferenceCurves curves)
    {
        if (StarImage.TryOpen(context, input, Prefix) is not { } stars)
        {
            context.Log($"Warning : {input.FileName} is left out: too few stars are bright, alone and not saturated ({Prefix}STARS_MIN)");
            return;
        }

        var psf = PsfModel.Of(stars, 0, input.FileName);
        var frame = FitsReader.ReadImage(input.Path);
        var weights = WeightExtension.Read(input.Path, frame) ?? throw RecipeException.BadFile($"{input.FileName} has no extension {WeightExtension.Name}; Regrid makes frames that have.");
        var (image, imageWeights, shift) = reference.Under(frame, input);
        var basis = new KernelBasis(psf.Fwhm.Centre / FwhmPerSigma);
        var variances = Array.ConvertAll(weights.Pixels, w => w > 0 ? 1 / w : float.NaN);
        var gain = frame.Header.GetDouble("GAIN", 0);
        var places = reference.Stars.Stars.Select(s => (s.Source.X - shift.X, s.Source.Y - shift.Y));
        if (KernelFit.Find(basis, image, frame, variances, gain, places, (int)Math.Ceiling(2 * psf.Fwhm.Centre)) is not { } kernel)
        {
            context.Log($"Warning : {input.FileName} is left out: too few stars of the reference are whole in both");
            return;
        }

        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"FWHM {psf.Fwhm.Centre:F2} (pixels), sum of the kernel {kernel.Sum:F4}, {kernel.Stamps} stars, reduced chi2 {kernel.ReducedChiSquared:F2}"));
        var difference = DifferenceImage.Of(image, imageWeights, frame, weights, kernel);
        var scatter = curves.Add(frame.Header, difference, psf, kernel.Sum, gain, shift);
        curves.AddCandidates(frame, difference, context.Pars.Positive(Prefix + "DETECT_THRESH"), shift, kernel.Sum);
        Save(context, input, referenceInput, frame.Header, difference, kernel, scatter);
    }

    private static void Save(TaskContext context, TaskInput input, TaskInput referenceInput, FitsHeader header, DifferenceImage difference, MatchingKernel kernel, double scatter)
    {
        header.Set("KERNSUM", kernel.Sum, "flux of the frame over that of the reference");
        header.Set("KERNCHI2", kernel.ReducedChiSquared, "of the stars that told the kernel");
        header.Set("DIFFSCAT", scatter, "scatter of constant stars over their errors");
        TanWcs.FromHeader(header).WriteTo(difference.Weights.Header);
        ScienceProduct.Describe(context, header, "difference", [input, referenceInput]);
        var metadata = ScienceProduct.About(input);
        metadata["kernelsum"] = kernel.Sum;
        metadata["chi2"] = kernel.ReducedChiSquared;
        var image = new FitsImage(difference.Image.Width, difference.Image.Height, difference.Image.Pixels, header);
        ScienceProduct.Write(context, "difference", FrameNames.Stem(input, "difference"), image, difference.Weights, metadata, [input, referenceInput]);
    }
}
