using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The read noise: the scatter of the difference of two biases, over √2, outliers clipped iteratively. The difference takes the fixed
/// pattern away, so that only noise is left.
/// </summary>
internal sealed class ReadNoiseRecipe : IRecipe
{
    private const string Iterations = "ReadNoise.process_params.MAXIMUM_ITERATIONS";
    private const string Threshold = "ReadNoise.process_params.REJECTION_THRESHOLD";

    public string Name => "ReadNoise";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Iterations, "5", "how often outliers are rejected at most"),
        new(Threshold, "5.0", "outliers are further from the median than this many sigma"),
    ];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("bias", 2).Take(2).ToList();
        context.Log("Making ReadNoise object");
        foreach (var input in inputs)
        {
            context.Log($"Using RawBiasFrame {input.FileName}");
        }
        context.Log("Computing difference...");
        var (difference, first) = Difference(inputs);
        context.Log("Estimating rms iteratively...");
        var (iterations, threshold) = (context.Pars.Integer(Iterations), context.Pars.Positive(Threshold));
        context.Log($"Maximum number of iterations : {iterations}");
        context.Log($"Rejection threshold : {threshold,6:0.0} (sigma)");
        var statistics = Statistics(difference.Pixels, difference.Width, new Section(0, 0, difference.Width, difference.Height), threshold, iterations);
        if (statistics.Count == 0)
        {
            throw RecipeException.BadFile($"{inputs[0].Path} and {inputs[1].Path} have no pixel with a value in common.");
        }
        var readNoise = statistics.Sigma / Math.Sqrt(2);
        var chip = inputs[0].Metadata.GetString("chip", "?");
        context.Log($"The read noise (ADU) for ccd {chip} is : {readNoise,6:0.00}");
        context.Log($"Difference between biases is : {statistics.Mean,7:0.000} (mean), {statistics.Median,6:0.00} (median)");
        var amplifiers = first.Sections.Amplifiers;
        var own = amplifiers.Where(_ => amplifiers.Count > 1).Select(a => (a, Statistics(difference.Pixels, difference.Width, a.Place, threshold, iterations)));
        Write(context, inputs, first.Header, statistics, [.. own]);
    }

    private static (FitsImage Difference, (FitsHeader Header, DetectorSections Sections) First) Difference(List<TaskInput> inputs)
    {
        using var first = CorrectedFrame.Open(inputs[0], OverscanMethod.None, null, maskSaturated: false);
        using var second = CorrectedFrame.Open(inputs[1], OverscanMethod.None, null, maskSaturated: false);
        if ((first.Width, first.Height) != (second.Width, second.Height))
        {
            throw RecipeException.BadFile($"{first.Path} and {second.Path} differ in size: they are not of one chip.");
        }
        var difference = new FitsImage(first.Width, first.Height);
        var other = new float[first.Width];
        for (var y = 0; y < first.Height; y++)
        {
            var row = difference.Row(y);
            first.ReadRows(row);
            second.ReadRows(other);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] -= other[x];
            }
        }
        return (difference, (first.Header, first.Sections));
    }

    private static ClippedStatistics Statistics(float[] pixels, int width, Section part, double threshold, int iterations)
    {
        var values = new float[part.Width * part.Height];
        var count = 0;
        for (var y = part.Y; y < part.Y + part.Height; y++)
        {
            count += RobustStatistics.CopyFinite(pixels.AsSpan((y * width) + part.X, part.Width), values.AsSpan(count));
        }
        return RobustStatistics.SigmaClip(values.AsSpan(0, count), threshold, iterations);
    }

    private static void Write(TaskContext context, List<TaskInput> inputs, FitsHeader first, ClippedStatistics all, (Amplifier Amplifier, ClippedStatistics Statistics)[] amplifiers)
    {
        // The relative error of a standard deviation of n values is 1/√(2n).
        static (double Noise, double Error) Noise(ClippedStatistics difference) => (difference.Sigma / Math.Sqrt(2), difference.Sigma / Math.Sqrt(4.0 * difference.Count));
        var gain = first.GetDouble("GAIN", double.NaN);
        var (readNoise, error) = Noise(all);
        var header = CalibrationProduct.NewHeader(context, first, "readnoise", inputs);
        header.Set("RDNADU", readNoise, "[adu] measured read noise");
        header.Set("RDNERR", error, "[adu] its standard error");
        header.Set("DIFFMEAN", all.Mean, "[adu] mean difference of the biases");
        header.Set("DIFFMED", all.Median, "[adu] median difference of the biases");
        foreach (var (amplifier, statistics) in amplifiers)
        {
            var (own, ownError) = Noise(statistics);
            context.Log($"The read noise (ADU) of amplifier {amplifier.Name} is : {own,6:0.00}");
            header.Set(amplifier.Keyword("RDNADU"), own, $"[adu] of amplifier {amplifier.Name}");
            header.Set(amplifier.Keyword("RDNERR"), ownError, $"[adu] of amplifier {amplifier.Name}");
        }
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["readnoise"] = readNoise;
        metadata["readnoiseerror"] = error;
        metadata["differencemean"] = all.Mean;
        metadata["differencemedian"] = all.Median;
        if (double.IsFinite(gain))
        {
            header.Set("RDNOISE", readNoise * gain, "[electron] measured read noise");
            metadata["readnoiseelectrons"] = readNoise * gain;
        }
        CalibrationProduct.WriteHeader(context, "readnoise", header, metadata, inputs);
    }
}
