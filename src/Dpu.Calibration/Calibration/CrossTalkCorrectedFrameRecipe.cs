using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Takes the cross talk of the other chips (and amplifiers) of the exposure out of raw frames, which stay raw otherwise: overscan and all. Each source's signal
/// above its overscan is subtracted, times the coefficient. What a source itself has heard is subtracted with it, an error of the order of the coefficient squared.
/// </summary>
internal sealed class CrossTalkCorrectedFrameRecipe : IRecipe
{
    private const string Significance = "CrossTalkCorrectedFrame.process_params.SIGNIFICANCE";

    public string Name => "CrossTalkCorrectedFrame";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [new(Significance, "3.0", "coefficients of fewer sigma are not used")];

    public void Run(TaskContext context)
    {
        var (victims, mosaic) = (context.Required("science"), context.Required("mosaic"));
        var tableInput = context.Single("crosstalk");
        var table = CrossTalkTable.Read(tableInput.Path, context.Pars.Positive(Significance));
        foreach (var victim in victims)
        {
            Correct(context, victim, Exposures.OfSame(victim, mosaic), tableInput, table);
        }
    }

    private static void Correct(TaskContext context, TaskInput victim, IReadOnlyList<TaskInput> exposure, TaskInput tableInput, CrossTalkTable table)
    {
        context.Log("Making CrossTalkCorrectedFrame object");
        context.Log($"Using RawScienceFrame {victim.FileName}");
        context.Log($"Using CrossTalk {tableInput.FileName}");
        var (reader, header) = RawFile.Open(victim);
        FitsImage raw;
        using (reader)
        {
            raw = new FitsImage(reader.Width, reader.Height, header.Clone());
            reader.ReadRows(raw.Pixels);
        }
        var amplifiers = DetectorSections.Of(header, raw.Width, raw.Height).Amplifiers;
        List<TaskInput> heard = [victim];
        foreach (var source in exposure)
        {
            if (Subtract(raw, amplifiers, Exposures.ChipOf(victim), source, table) && source.Id != victim.Id)
            {
                heard.Add(source);
            }
        }
        context.Log($"Subtracted what {heard.Count - 1} other chips are heard with");
        ScienceProduct.Describe(context, raw.Header, "raw-crosstalk-corrected", [.. heard, tableInput]);
        raw.Header.Set("XTALKCOR", true, "cross talk is taken out");
        CalibrationProduct.Write(context, "raw-crosstalk-corrected", FrameNames.Stem(victim, "xtalk"), new FitsImageHdu(raw), victim.Metadata, [.. heard, tableInput]);
    }

    /// <summary>True when the table has anything of that source in that victim.</summary>
    private static bool Subtract(FitsImage raw, IReadOnlyList<Amplifier> victims, string chip, TaskInput source, CrossTalkTable table)
    {
        var sourceChip = Exposures.ChipOf(source);
        double Coefficient(Amplifier victim, Amplifier from) => table.Coefficient(new RegionName(chip, victim.Name), new RegionName(sourceChip, from.Name));
        using var frame = Exposures.Open(source, maskSaturated: false);
        var pairs = victims
            .SelectMany(v => frame.Sections.Amplifiers.Select(s => (Victim: v, Source: s, Coefficient: Coefficient(v, s))))
            .Where(p => p.Coefficient != 0 && (p.Victim.Data.Width, p.Victim.Data.Height) == (p.Source.Data.Width, p.Source.Data.Height))
            .ToArray();
        var row = new float[frame.Width];
        for (var y = 0; pairs.Length > 0 && y < frame.Height; y++)
        {
            frame.ReadRows(row);
            foreach (var (victim, from, coefficient) in pairs.Where(p => y >= p.Source.Y && y < p.Source.Y + p.Source.Data.Height))
            {
                var turned = table.Mirrored.Contains(victim.Name) != table.Mirrored.Contains(from.Name);
                var target = raw.Row(victim.Data.Y + y - from.Y).Slice(victim.Data.X, victim.Data.Width);
                for (var x = 0; x < target.Length; x++)
                {
                    target[x] -= (float)(coefficient * row[from.X + (turned ? target.Length - 1 - x : x)]);
                }
            }
        }
        return pairs.Length > 0;
    }
}
