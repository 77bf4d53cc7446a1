using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The gain by photon transfer: the variance of the difference between two flats of one exposure, less the read noise's, is the number of photons. Each
/// pair gives ADU per electron with an error of √(2/n) of the variance; the weighted mean of all pairs is inverted.
/// </summary>
internal sealed class GainRecipe : IRecipe
{
    private const string LevelMin = "Gain.process_params.LEVEL_MIN";
    private const string RatioMax = "Gain.process_params.RATIO_MAX";

    public string Name => "Gain";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(LevelMin, "1000", "ADU above the bias that a flat needs"),
        new(RatioMax, "1.1", "how much brighter one flat of a pair may be than the other"),
    ];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("flat", 2);
        var (biasInput, noiseInput) = (context.Single("bias"), context.Single("readnoise"));
        var bias = FitsReader.ReadImage(biasInput.Path);
        context.Log("Making GainLinearity object");
        context.Log($"Using BiasFrame {biasInput.FileName}");
        context.Log($"Using ReadNoise {noiseInput.FileName}");
        var noise = FitsReader.ReadPrimaryHeader(noiseInput.Path);
        var (used, points, first, amplifiers) = Measure(context, inputs, bias);
        var gains = amplifiers.Select((a, i) => AmplifierGain.Of(a.Name, [.. points.Select(p => p[i])], a.Card(noise, "RDNADU", double.NaN), a.Card(noise, "RDNERR", 0))).ToArray();
        if (gains.Any(g => !double.IsFinite(g.Gain)))
        {
            throw RecipeException.BadFile($"{noiseInput.Path} has no read noise (RDNADU) for {(amplifiers.Count > 1 ? "each amplifier of " : "")}{used[0].FileName}, or the flats have no photon noise; exposed flats and a ReadNoise product are needed.");
        }
        GainProduct.Write(context, [.. used, biasInput, noiseInput], first, gains, points);
    }

    private static (List<TaskInput> Used, List<TransferPoint[]> Points, FitsHeader First, IReadOnlyList<Amplifier> Amplifiers) Measure(TaskContext context, IReadOnlyList<TaskInput> inputs, FitsImage bias)
    {
        var (used, points) = (new List<TaskInput>(), new List<TransferPoint[]>());
        (FitsHeader Header, IReadOnlyList<Amplifier> Amplifiers)? first = null;
        foreach (var (one, two) in Pairs(inputs))
        {
            using var a = CorrectedFrame.Open(one, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true);
            using var b = CorrectedFrame.Open(two, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true);
            if (Point(context, a, b, one, two) is { } point)
            {
                used.AddRange([one, two]);
                points.Add(point);
                first ??= (a.Header, a.Sections.Amplifiers);
            }
        }
        return first is not { } of
            ? throw RecipeException.BadFile($"None of the pairs among {inputs.Count} flats can be used; two flats of one filter and exposure time, well exposed and below saturation, are needed.")
            : (used, points, of.Header, of.Amplifiers);
    }

    /// <summary>Flats that follow one another with the same filter and exposure time, two by two.</summary>
    private static IEnumerable<(TaskInput, TaskInput)> Pairs(IReadOnlyList<TaskInput> inputs) => inputs
        .Select(i => (Input: i, Header: RawFile.HeaderOf(i)))
        .OrderBy(f => f.Header.GetString("DATE-OBS", ""), StringComparer.Ordinal)
        .GroupBy(f => (f.Header.GetString("FILTER", ""), Math.Round(f.Header.GetDouble("EXPTIME"), 3)))
        .SelectMany(g => g.Chunk(2).Where(c => c.Length == 2).Select(c => (c[0].Input, c[1].Input)));

    private static TransferPoint[]? Point(TaskContext context, CorrectedFrame a, CorrectedFrame b, TaskInput one, TaskInput two)
    {
        if ((a.Width, a.Height) != (b.Width, b.Height))
        {
            throw RecipeException.BadFile($"{a.Path} and {b.Path} differ in size: they are not of one chip.");
        }
        var (levelA, levelB) = (RobustStatistics.SigmaClip(a.Sample, 5).Mean, RobustStatistics.SigmaClip(b.Sample, 5).Mean);
        var (ratio, most) = (levelA / levelB, context.Pars.Positive(RatioMax));
        if (!(Math.Min(levelA, levelB) >= context.Pars.Number(LevelMin)) || !(ratio <= most && ratio >= 1 / most))
        {
            context.Log($"Leaving out RawDomeFlatFrame {one.FileName} and {two.FileName}: levels {levelA:0.0} and {levelB:0.0} (ADU)");
            return null;
        }
        var points = PhotonTransfer.Measure(a, b, ratio);
        if (points.Any(p => !(p.Count > 0)))
        {
            context.Log($"Leaving out RawDomeFlatFrame {one.FileName} and {two.FileName}: saturated");
            return null;
        }
        context.Log($"Using RawDomeFlatFrame {one.FileName} and {two.FileName}: level {points[0].Level:0.0} (ADU), variance of the difference {points[0].Variance:0.0}");
        return points;
    }
}
