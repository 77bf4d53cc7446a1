using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// How much longer than EXPTIME each part of a chip is lit: dome flats of several exposure times, a straight line through the levels of each box. The
/// product is a map in seconds, to be added to EXPTIME.
/// </summary>
internal sealed class ShutterRecipe : IRecipe
{
    private const string Box = "Shutter.process_params.BOX_SIZE";
    private const string LevelMin = "Shutter.process_params.LEVEL_MIN";

    // A tenth of the pixels of a box at the limit of the detector bends the line more than all noise.
    private const double GoodFractionMin = 0.99;

    public string Name => "Shutter";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Box, "32", "size in pixels of the boxes whose delay is measured"),
        new(LevelMin, "100", "ADU above the bias that a flat needs"),
    ];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("flat", 2);
        var biasInput = context.Single("bias");
        var bias = FitsReader.ReadImage(biasInput.Path);
        context.Log("Making ShutterCorrection object");
        context.Log($"Using BiasFrame {biasInput.FileName}");
        var grid = new BoxGrid(bias.Width, bias.Height, Math.Max(8, context.Pars.Integer(Box)));
        var (used, levels) = (new List<TaskInput>(), new List<BoxLevels>());
        FitsHeader? first = null;
        foreach (var input in inputs)
        {
            using var frame = CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true);
            if (Measure(context, input, frame, grid) is { } measured)
            {
                used.Add(input);
                levels.Add(measured);
                first ??= frame.Header;
            }
        }
        var times = levels.Select(l => l.Seconds).Distinct().Count();
        if (times < 2 || !Enumerable.Range(0, grid.Columns * grid.Rows).Any(b => levels.All(l => double.IsFinite(l.Levels[b]))))
        {
            throw RecipeException.BadFile($"{used.Count} of {inputs.Count} flats can be used, of {times} exposure time{(times == 1 ? "" : "s")}; well exposed flats of at least two times are needed, the shorter the better.");
        }
        var fit = ShutterFit.Of(levels);
        if (levels.Count == 2)
        {
            context.Log("Warning : with two flats nothing tells how steady the lamp was; the error is the photons' alone");
        }
        Write(context, [.. used, biasInput], first!, grid, fit, new PixelArea(0, 0, bias.Width, bias.Height));
    }

    private static BoxLevels? Measure(TaskContext context, TaskInput input, CorrectedFrame frame, BoxGrid grid)
    {
        var seconds = frame.Header.GetDouble("EXPTIME");
        var level = RobustStatistics.Median(frame.Sample);
        var (means, counts) = grid.Read(frame);
        var pixels = (double)frame.Width * frame.Height / means.Length;
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = counts[i] >= GoodFractionMin * pixels - 1 ? means[i] : double.NaN;
        }
        if (!(seconds > 0) || !(level >= context.Pars.Number(LevelMin)) || Array.TrueForAll(means, double.IsNaN))
        {
            context.Log($"Leaving out RawDomeFlatFrame {input.FileName}: {seconds:0.00} s, level {level:0.0} (ADU)");
            return null;
        }
        context.Log($"Using RawDomeFlatFrame {input.FileName}: {seconds:0.00} s, level {level:0.0} (ADU)");
        var (gain, noise) = (frame.Header.GetDouble("GAIN"), frame.Header.GetDouble("RDNOISE", 0));
        var variances = means.Select((m, i) => ((m / gain) + (noise * noise / gain / gain)) / counts[i]).ToArray();
        return new BoxLevels(seconds, means, variances);
    }

    private static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, FitsHeader first, BoxGrid grid, ShutterFit fit, PixelArea area)
    {
        var good = fit.Boxes.Where(double.IsFinite).ToArray();
        context.Log($"The shutter adds (s) : {fit.Mean:0.0000} +- {fit.MeanError:0.0000}, from {good.Min():0.0000} to {good.Max():0.0000} over the chip, each +- {fit.BoxError:0.0000}");
        context.Log($"The lamp is steady to {100 * fit.LampScatter:0.000} (%)");
        var boxes = (double[])fit.Boxes.Clone();
        MeshFilter.FillGaps(boxes, grid.Columns, grid.Rows);
        var plane = new MeshPlane(boxes, grid.Columns, grid.Rows, area);
        var header = CalibrationProduct.NewHeader(context, first, "shutter", inputs);
        header.Remove("EXPTIME");
        header.Set("BUNIT", "s", "to be added to EXPTIME");
        header.Set("SHUTTER", fit.Mean, "[s] mean over the chip");
        header.Set("SHUTERR", fit.MeanError, "[s] standard error of the mean");
        header.Set("BOXERR", fit.BoxError, "[s] standard error of a box relative to the mean");
        var map = new FitsImage(area.Width, area.Height, header);
        for (var y = 0; y < area.Height; y++)
        {
            plane.Fill(y, map.Row(y));
        }
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["shutter"] = fit.Mean;
        metadata["shuttererror"] = fit.MeanError;
        metadata["boxerror"] = fit.BoxError;
        metadata["lampscatter"] = fit.LampScatter;
        metadata["frames"] = inputs.Count - 1;
        CalibrationProduct.Write(context, "shutter", map, FitsPixelType.Float32, metadata, inputs);
    }
}
