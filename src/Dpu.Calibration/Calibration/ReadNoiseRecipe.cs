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
        var (difference, header) = Difference(inputs);
        context.Log("Estimating rms iteratively...");
        var (iterations, threshold) = (context.Pars.Integer(Iterations), context.Pars.Positive(Threshold));
        context.Log($"Maximum number of iterations : {iterations}");
        context.Log($"Rejection threshold : {threshold,6:0.0} (sigma)");
        var statistics = RobustStatistics.SigmaClip(difference, threshold, iterations);
        var readNoise = statistics.Sigma / Math.Sqrt(2);
        var chip = inputs[0].Metadata.GetString("chip", "?");
        context.Log($"The read noise (ADU) for ccd {chip} is : {readNoise,6:0.00}");
        context.Log($"Difference between biases is : {statistics.Mean,7:0.000} (mean), {statistics.Median,6:0.00} (median)");
        Write(context, inputs, header, readNoise, statistics);
    }

    private static (float[] Difference, FitsHeader Header) Difference(List<TaskInput> inputs)
    {
        using var first = CorrectedFrame.Open(inputs[0].Path, OverscanMethod.None, null, maskSaturated: false);
        using var second = CorrectedFrame.Open(inputs[1].Path, OverscanMethod.None, null, maskSaturated: false);
        if ((first.Width, first.Height) != (second.Width, second.Height))
        {
            throw RecipeException.Wrong($"{first.Path} and {second.Path} differ in size: they are not of one chip.");
        }
        var difference = new float[first.Width * first.Height];
        var other = new float[first.Width];
        for (var y = 0; y < first.Height; y++)
        {
            var row = difference.AsSpan(y * first.Width, first.Width);
            first.ReadRows(row);
            second.ReadRows(other);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] -= other[x];
            }
        }
        return (difference[..RobustStatistics.CopyFinite(difference, difference)], first.Header);
    }

    private static void Write(TaskContext context, List<TaskInput> inputs, FitsHeader first, double readNoise, ClippedStatistics statistics)
    {
        var gain = first.GetDouble("GAIN", double.NaN);
        var header = CalibrationProduct.NewHeader(context, first, "readnoise", inputs);
        header.Set("RDNADU", readNoise, "[adu] measured read noise");
        header.Set("DIFFMEAN", statistics.Mean, "[adu] mean difference of the biases");
        header.Set("DIFFMED", statistics.Median, "[adu] median difference of the biases");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["readnoise"] = readNoise;
        // The relative error of a standard deviation of n values is 1/√(2n).
        metadata["readnoiseerror"] = readNoise / Math.Sqrt(2.0 * statistics.Count);
        metadata["differencemean"] = statistics.Mean;
        metadata["differencemedian"] = statistics.Median;
        if (double.IsFinite(gain))
        {
            header.Set("RDNOISE", readNoise * gain, "[electron] measured read noise");
            metadata["readnoiseelectrons"] = readNoise * gain;
        }
        CalibrationProduct.WriteHeader(context, "readnoise", header, metadata, inputs);
    }
}
