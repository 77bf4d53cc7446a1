using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Makes raw frames of one chip each, as the other recipes want them, of a file in which a mosaic camera keeps all its chips: an extension a chip, or an extension an
/// amplifier, which are put together. Cards of the primary header go into each. Pixels keep their values and overscan.
/// </summary>
internal sealed class RawFrameRecipe : IRecipe
{
    private const string Type = "RawFrame.process_params.TYPE";
    private const string ChipCard = "RawFrame.process_params.CHIP_CARD";
    private static readonly string[] s_chipCards = ["CHIP", "CCD", "CCDNAME", "CHIPID", "DETNAME", "CCDNUM", "ESO DET CHIP ID", "EXTNAME"];

    public string Name => "RawFrame";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Type, "auto", "raw-bias, raw-dark, raw-domeflat, raw-twilightflat or raw-science; auto: by IMAGETYP, OBSTYPE or ESO DPR TYPE"),
        new(ChipCard, "auto", "card of an extension that names its chip; auto: the first of " + string.Join(", ", s_chipCards)),
    ];

    public void Run(TaskContext context)
    {
        foreach (var input in context.Required("mosaic"))
        {
            context.Log("Making RawFrame objects");
            context.Log($"Using {input.FileName}");
            var headers = FitsReader.ReadHeaders(input.Path);
            int[] planes = [.. Enumerable.Range(0, headers.Count).Where(i => RawFile.IsPlane(headers[i]))];
            if (planes.Length == 0)
            {
                throw RecipeException.BadFile($"{input.Path}: none of its {headers.Count} HDUs holds an image.");
            }
            foreach (var chip in planes.GroupBy(i => ChipOf(context, headers[i], input.Path), StringComparer.Ordinal))
            {
                Write(context, input, chip.Key, [.. chip], headers[0]);
            }
        }
    }

    private static string ChipOf(TaskContext context, FitsHeader header, string path)
    {
        var card = context.Pars.Text(ChipCard);
        var keys = card.Equals("auto", StringComparison.OrdinalIgnoreCase) ? s_chipCards : [card];
        return keys.Select(k => header.GetString(k, "").Trim()).FirstOrDefault(v => v.Length > 0)
            ?? throw RecipeException.BadFile($"{header.Origin}: no card names the chip ({string.Join(", ", keys)}); {ChipCard} tells another card.");
    }

    private static void Write(TaskContext context, TaskInput input, string chip, int[] hdus, FitsHeader primary)
    {
        FitsImage[] parts = [.. hdus.Select(i => Part(input.Path, i, primary))];
        var image = parts is [var only] ? only : ChipAssembly.Assemble(parts, input.Path);
        var type = TypeOf(context, image.Header, input);
        ScienceProduct.Describe(context, image.Header, type, [input]);
        image.Header.Set("CHIP", chip, "name of the CCD");
        using var rows = FitsRowReader.Open(input.Path, hdus[0]);
        var metadata = input.Metadata.Clone();
        metadata["chip"] = chip;
        context.Log($"Chip {chip} : {type}, {image.Width} x {image.Height} pixels{(parts.Length > 1 ? $", {parts.Length} amplifiers" : "")}");
        CalibrationProduct.Write(context, type, $"{FrameNames.Stem(input, chip)}", new FitsImageHdu(image, rows.Type), metadata, [input]);
    }

    private static FitsImage Part(string path, int hdu, FitsHeader primary)
    {
        using var rows = FitsRowReader.Open(path, hdu);
        var image = rows.ReadAll();
        return hdu == 0 ? image : new FitsImage(image.Width, image.Height, image.Pixels, RawFile.Inherited(image.Header, primary));
    }

    private static string TypeOf(TaskContext context, FitsHeader header, TaskInput input)
    {
        var asked = context.Pars.Text(Type);
        if (!asked.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return context.Pars.Choice(Type, "raw-bias", "raw-dark", "raw-domeflat", "raw-twilightflat", "raw-science");
        }
        var word = header.GetString("IMAGETYP", header.GetString("OBSTYPE", header.GetString("ESO DPR TYPE", "")));
        string? type = word.ToUpperInvariant() switch
        {
            var w when w.Contains("BIAS", StringComparison.Ordinal) || w.Contains("ZERO", StringComparison.Ordinal) => "raw-bias",
            var w when w.Contains("DARK", StringComparison.Ordinal) => "raw-dark",
            var w when w.Contains("SKY", StringComparison.Ordinal) || w.Contains("TWILIGHT", StringComparison.Ordinal) => "raw-twilightflat",
            var w when w.Contains("FLAT", StringComparison.Ordinal) || w.Contains("DOME", StringComparison.Ordinal) => "raw-domeflat",
            var w when w.Contains("OBJECT", StringComparison.Ordinal) || w.Contains("SCIENCE", StringComparison.Ordinal) => "raw-science",
            _ => null,
        };
        return type ?? throw RecipeException.BadFile($"{input.Path}: IMAGETYP, OBSTYPE or ESO DPR TYPE '{word}' tells no type of frame; {Type} does.");
    }
}
