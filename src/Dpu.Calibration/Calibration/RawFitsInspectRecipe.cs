using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Looks at raw files before anything is made of them: a table with a row for each amplifier of each image, statistics and what is wrong. A damaged file is a
/// finding and no failure.
/// </summary>
internal sealed class RawFitsInspectRecipe : IRecipe
{
    private const string SaturatedMax = "RawFitsInspect.process_params.SATURATED_MAX";

    public string Name => "RawFitsInspect";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [new(SaturatedMax, "0.1", "a frame of which a larger part is saturated is overexposed")];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("raw");
        var most = context.Pars.Number(SaturatedMax);
        var reports = new List<PlaneReport>();
        foreach (var input in inputs)
        {
            context.Log($"Inspecting {input.FileName}");
            foreach (var plane in RawInspection.Of(input.Path))
            {
                var report = plane.Saturated > most * plane.Width * plane.Height ? plane with { Problems = [.. plane.Problems, $"{plane.Saturated} pixels are saturated"] } : plane;
                reports.Add(report);
                context.Log($"HDU {report.Hdu} {report.Extension}{report.Amplifier} : {report.Width} x {report.Height} {report.Pixels}, median {report.Median:0.0}, sigma {report.Sigma:0.00}, overscan {report.OverscanLevel:0.0} (ADU)");
                foreach (var problem in report.Problems)
                {
                    context.Log($"Warning : {report.File}, HDU {report.Hdu}: {problem}");
                }
            }
        }
        Write(context, inputs, reports);
    }

    private static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, List<PlaneReport> reports)
    {
        var problems = reports.Sum(r => r.Problems.Count);
        context.Log($"Files {inputs.Count}, images {reports.Count}, problems {problems}");
        var header = new FitsHeader();
        header.Set("EXTNAME", "INSPECTION", "a row for each amplifier of each image");
        FitsColumn Text(string name, Func<PlaneReport, string> value) => FitsColumn.Of(name, reports.Select(value).Select(CalibrationProduct.Ascii).ToArray());
        FitsColumn Number(string name, Func<PlaneReport, double> value) => FitsColumn.Of(name, reports.Select(value).ToArray(), "adu");
        FitsColumn Whole(string name, Func<PlaneReport, int> value) => FitsColumn.Of(name, reports.Select(value).ToArray());
        var table = new FitsTable(
            [
                Text("FILE", r => r.File), Whole("HDU", r => r.Hdu), Text("EXTENSION", r => r.Extension), Text("AMPLIFIER", r => r.Amplifier),
                Whole("WIDTH", r => r.Width), Whole("HEIGHT", r => r.Height), Text("PIXELS", r => r.Pixels), Text("DATASEC", r => r.Data), Text("BIASSEC", r => r.Overscan),
                Number("MEAN", r => r.Mean), Number("MEDIAN", r => r.Median), Number("SIGMA", r => r.Sigma), Number("LOW", r => r.Low), Number("HIGH", r => r.High),
                Number("OVERSCAN_LEVEL", r => r.OverscanLevel), Number("OVERSCAN_NOISE", r => r.OverscanNoise),
                Whole("EMPTY", r => r.Empty), Whole("SATURATED", r => r.Saturated), Text("PROBLEMS", r => string.Join("; ", r.Problems)),
            ],
            header);
        var metadata = inputs[0].Metadata.Only("instrument", "chip", "date");
        metadata["files"] = inputs.Count;
        metadata["images"] = reports.Count;
        metadata["problems"] = problems;
        CalibrationProduct.WriteTable(context, "raw-inspection", new FitsHeader(), table, metadata, inputs);
    }
}
