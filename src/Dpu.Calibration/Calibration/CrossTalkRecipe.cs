using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The electrical cross talk between the chips of a mosaic, and between amplifiers of a chip: what part of a bright pixel of one appears in the pixel of another
/// that is read at the same time. For each ordered pair a line through the origin, over bright pixels of all exposures. Its error is the scatter of what the same
/// pixels give when they are moved along the row, where there is no cross talk: the victim's noise and its own stars.
/// </summary>
internal sealed class CrossTalkRecipe : IRecipe
{
    private const string LevelMin = "CrossTalk.process_params.LEVEL_MIN";
    private const string Mirror = "CrossTalk.process_params.MIRROR";
    private const string Significance = "CrossTalk.process_params.SIGNIFICANCE";

    public string Name => "CrossTalk";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(LevelMin, "5000", "ADU above its surroundings that a pixel of the source has at least"),
        new(Mirror, "", "names of amplifiers that are read from the other side, such as B D"),
        new(Significance, "3.0", "a coefficient of fewer sigma is said not to be significant"),
    ];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("science");
        context.Log("Making CrossTalk object");
        var meter = new CrossTalkMeter(context.Pars.Positive(LevelMin));
        string[] mirrored = context.Pars.Text(Mirror).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var exposure in Exposures.Group(inputs))
        {
            Measure(context, exposure, meter, mirrored);
        }
        var fits = meter.Fits().ToArray();
        if (fits.Length == 0)
        {
            throw RecipeException.BadFile("No exposure has frames of two chips, or of two amplifiers; cross talk is between them.");
        }
        Write(context, inputs, fits, mirrored);
    }

    private static void Measure(TaskContext context, IReadOnlyList<TaskInput> exposure, CrossTalkMeter meter, string[] mirrored)
    {
        var frames = new List<(string Chip, CorrectedFrame Frame)>();
        try
        {
            foreach (var input in exposure)
            {
                context.Log($"Using RawScienceFrame {input.FileName}");
                frames.Add((Exposures.ChipOf(input), Exposures.Open(input, maskSaturated: true)));
            }
            var regions = ReadoutRegion.Of(frames, mirrored);
            if (regions.Count > 1)
            {
                meter.Add(regions);
            }
        }
        finally
        {
            frames.ForEach(f => f.Frame.Dispose());
        }
    }

    private static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, (RegionName Victim, RegionName Source, CrossTalkFit Fit)[] fits, string[] mirrored)
    {
        var limit = context.Pars.Positive(Significance);
        var significant = fits.Where(f => Math.Abs(f.Fit.Coefficient) >= limit * f.Fit.Error).ToArray();
        foreach (var (victim, source, fit) in fits)
        {
            context.Log(fit.Count == 0
                ? $"The cross talk from {source} to {victim} is not known: no pixel of {source} is bright enough"
                : $"The cross talk from {source} to {victim} is : {fit.Coefficient:0.000000} +- {fit.Error:0.000000} ({fit.Count} pixels)");
        }
        var header = CalibrationProduct.NewHeader(context, RawFile.HeaderOf(inputs[0]), "crosstalk", inputs);
        foreach (var ofOneChip in (string[])["CHIP", "CCD", "GAIN", "RDNOISE", "EXPTIME"])
        {
            header.Remove(ofOneChip);
        }
        header.Set("NSIGNIF", (long)significant.Length, $"coefficients of at least {limit:0.#} sigma");
        var metadata = inputs[0].Metadata.Only("instrument", "date", "dateobs");
        metadata["pairs"] = fits.Length;
        metadata["significant"] = significant.Length;
        metadata["largest"] = significant.Select(f => Math.Abs(f.Fit.Coefficient)).DefaultIfEmpty(0).Max();
        CalibrationProduct.WriteTable(context, "crosstalk", header, CrossTalkTable.Make(fits, mirrored), metadata, inputs);
    }
}
