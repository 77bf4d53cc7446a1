using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>Writes the raw frames of a night and their truth table. The same options give the same bytes, on any number of cores.</summary>
internal static class Simulator
{
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        try
        {
            var options = SimulationOptions.Parse(args);
            var files = Write(options);
            var tables = options.Standards > 0 ? $", {StandardsTable.FileName} and" : " and";
            output.WriteLine($"Wrote {files} raw frames{tables} {TruthTable.FileName} to {options.Output}");
            return 0;
        }
        catch (Exception e)
        {
            // A failure inside a parallel loop comes wrapped.
            var cause = (e as AggregateException)?.Flatten().InnerExceptions[0] ?? e;
            errors.WriteLine("simulate: " + RecipeRunner.Message(cause).ReplaceLineEndings(" "));
            return RecipeRunner.ExitCode(cause);
        }
    }

    /// <summary>Writes the data set; returns the number of frames.</summary>
    public static int Write(SimulationOptions options)
    {
        Directory.CreateDirectory(options.Output);
        var camera = new Camera(options);
        var sky = new SkyModel(camera, options);
        var night = FramePlan.Night(options);
        var maker = new FrameMaker(options, camera, sky);
        var chips = new Detector[options.Chips];
        Parallel.For(0, options.Chips, chip => chips[chip] = new Detector(chip, camera, options.Seed));
        var mosaic = options.CrossTalk == 0 ? null : chips;
        Parallel.For(0, options.Chips, chip =>
        {
            foreach (var plan in night)
            {
                FitsWriter.WriteImage(PathOf(options, chip, plan), maker.Make(chips[chip], plan, mosaic), FitsPixelType.UInt16);
            }
        });
        TruthTable.Write(options.Output, options, camera, chips, sky);
        if (options.Standards > 0)
        {
            StandardsTable.Write(options, camera, sky);
        }
        if (options.RefCat is { } name) { SimulatedCatalog.Write(options, name, sky); }
        return options.Chips * night.Count;
    }

    public static string PathOf(SimulationOptions options, int chip, FramePlan plan) =>
        Path.Combine(options.Output, $"WFI_{plan.Start:yyyy-MM-dd}_{plan.Type}_{plan.Number:00}_{Camera.Name(chip)}.fits");
}
