using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// A flat field from exposures of one kind. Dome flats share a lamp and are scaled by their median; twilight flats fade and have stars
/// in them, and are scaled by their mode.
/// </summary>
internal sealed class FlatRecipe : IRecipe
{
    private readonly string _type;
    private readonly string _rawClass;
    private readonly string _class;
    private readonly Func<float[], double> _level;

    private FlatRecipe(string name, string type, string rawClass, string frameClass, Func<float[], double> level)
    {
        Name = name;
        _type = type;
        _rawClass = rawClass;
        _class = frameClass;
        _level = level;
        Parameters =
        [
            new(Key("SIGMA_CLIP"), "5.0", "values further from the pixel's median than this many sigma are left out"),
            new(Key("COMBINE"), type == "dome-flat" ? "mean" : "median", "mean (sigma-clipped) or median"),
            new(Key("LEVEL_MIN"), "1000", "ADU above the bias that a frame needs"),
            new(Key("FRAMES_MIN"), "3", "how many well exposed frames are needed"),
        ];
    }

    public string Name { get; }

    public IReadOnlyList<ProcessParameter> Parameters { get; }

    public static FlatRecipe Dome() => new("DomeFlat", "dome-flat", "RawDomeFlatFrame", "DomeFlatFrame", Median);

    public static FlatRecipe Twilight() => new("TwilightFlat", "twilight-flat", "RawTwilightFlatFrame", "TwilightFlatFrame", Mode);

    public void Run(TaskContext context)
    {
        var framesMin = Math.Max(1, context.Pars.Integer(Key("FRAMES_MIN")));
        var inputs = context.Required("flat", framesMin);
        var bias = context.Single("bias");
        context.Log($"Making {_class} object");
        context.Log($"Using BiasFrame {bias.FileName}");
        var isMedian = context.Pars.Choice(Key("COMBINE"), "mean", "median") == "median";
        var flat = new FlatStack(context, _rawClass, FitsReader.ReadImage(bias.Path), context.Pars.Number(Key("LEVEL_MIN")), framesMin)
            .Combine(inputs, _level, isMedian ? CombineMethod.Median : CombineMethod.SigmaClippedMean, context.Pars.Positive(Key("SIGMA_CLIP")));
        Write(context, flat, [.. flat.Used, bias]);
    }

    private string Key(string name) => $"{_class}.process_params.{name}";

    private void Write(TaskContext context, CombinedFlat flat, IReadOnlyList<TaskInput> inputs)
    {
        var header = CalibrationProduct.NewHeader(context, flat.First, _type, inputs);
        header.Set("NCOMBINE", (long)flat.Used.Count, "number of raw frames");
        header.Set("FLATNORM", flat.Level, "[adu] mean level of the frames before normalisation");
        var values = new float[flat.Image.Pixels.Length];
        var statistics = RobustStatistics.SigmaClip(values.AsSpan(0, RobustStatistics.CopyFinite(flat.Image.Pixels, values)), 5);
        context.Log($"Level {flat.Level:0.0} (ADU), rms of the normalised flat {statistics.Sigma:0.0000}");
        var metadata = CalibrationProduct.About(flat.Used[0]);
        metadata["frames"] = flat.Used.Count;
        metadata["level"] = flat.Level;
        metadata["stdev"] = statistics.Sigma;
        metadata["noise"] = flat.Stack.Noise;
        metadata["rejected"] = flat.Stack.Rejected;
        var image = new FitsImage(flat.Image.Width, flat.Image.Height, flat.Image.Pixels, header);
        CalibrationProduct.Write(context, _type, image, FitsPixelType.Float32, metadata, inputs);
    }

    private static double Median(float[] sample) => RobustStatistics.Median(sample);

    /// <summary>Pearson's estimate of the mode, after clipping (as SExtractor's background has it, Bertin and Arnouts 1996): stars do not move it.</summary>
    private static double Mode(float[] sample)
    {
        var statistics = RobustStatistics.SigmaClip(sample, 3);
        return (2.5 * statistics.Median) - (1.5 * statistics.Mean);
    }
}
