using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Writes the gain: cards for each amplifier, and the points of the photon transfer curve as a table.</summary>
internal static class GainProduct
{
    public static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, FitsHeader first, AmplifierGain[] gains, List<TransferPoint[]> points)
    {
        var header = CalibrationProduct.NewHeader(context, first, "gain", inputs);
        var (gain, error) = (gains.Average(g => g.Gain), Math.Sqrt(gains.Sum(g => g.Error * g.Error)) / gains.Length);
        header.Set("GAIN", gain, "[electron/adu] measured" + (gains.Length > 1 ? ", mean of the amplifiers" : ""));
        header.Set("GAINERR", error, "[electron/adu] its standard error");
        header.Set("RDNOISE", gains.Average(g => g.ReadNoise * g.Gain), "[electron] read noise");
        foreach (var amplifier in gains)
        {
            var who = amplifier.Name.Length > 0 ? $" of amplifier {amplifier.Name}" : "";
            context.Log($"The gain (e-/ADU) for ccd {inputs[0].Metadata.GetString("chip", "?")}{who} is : {amplifier.Gain:0.0000} +- {amplifier.Error:0.0000}, chi^2 per degree of freedom {amplifier.ChiSquare:0.00}");
            if (amplifier.Name.Length > 0)
            {
                header.Set("GAIN" + amplifier.Name, amplifier.Gain, "[electron/adu]" + who);
                header.Set("GAINERR" + amplifier.Name, amplifier.Error, "[electron/adu]" + who);
            }
        }
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["gain"] = gain;
        metadata["gainerror"] = error;
        metadata["readnoiseelectrons"] = gains.Average(g => g.ReadNoise * g.Gain);
        metadata["pairs"] = points.Count;
        if (points.Count > 1)
        {
            metadata["chisquare"] = gains.Average(g => g.ChiSquare);
        }
        CalibrationProduct.WriteTable(context, "gain", header, Curve(gains, points), metadata, inputs);
    }

    private static FitsTable Curve(AmplifierGain[] gains, List<TransferPoint[]> points)
    {
        var rows = points.SelectMany(p => p.Select((point, i) => (Point: point, Amplifier: gains[i]))).ToArray();
        var header = new FitsHeader();
        header.Set("EXTNAME", "PHOTON_TRANSFER", "a row for each pair of flats and amplifier");
        return new FitsTable(
            [
                FitsColumn.Of("AMPLIFIER", rows.Select(r => r.Amplifier.Name).ToArray()),
                FitsColumn.Of("LEVEL", rows.Select(r => r.Point.Level).ToArray(), "adu"),
                FitsColumn.Of("RATIO", rows.Select(r => r.Point.Ratio).ToArray()),
                FitsColumn.Of("VARIANCE", rows.Select(r => r.Point.Variance).ToArray(), "adu2"),
                FitsColumn.Of("NDOF", rows.Select(r => r.Point.Count).ToArray()),
                FitsColumn.Of("GAIN", rows.Select(r => 1 / r.Point.InverseGain(r.Amplifier.ReadNoise)).ToArray(), "electron/adu"),
                FitsColumn.Of("ERROR", rows.Select(r => r.Point.Error / Math.Pow(r.Point.InverseGain(r.Amplifier.ReadNoise), 2)).ToArray(), "electron/adu"),
            ],
            header);
    }
}
