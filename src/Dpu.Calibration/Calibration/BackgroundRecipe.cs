using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The sky background of images and its noise, as maps: per cell of a mesh the mode 2.5 median − 1.5 mean after clipping, filtered over cells, a bicubic spline
/// between them. With var(median) = (π/2) σ²/n and cov(median, mean) = var(mean) = σ²/n the mode of n pixels scatters by 2.14 σ/√n, and the median of all cells
/// by √(π/2) more than their mean: 2.68 σ/√N for an image of N pixels. Sources too faint to be clipped raise the level; that is not in the error.
/// </summary>
internal sealed class BackgroundRecipe : IRecipe
{
    private const string CellSize = "Background.process_params.BACK_SIZE";
    private const string FilterSize = "Background.process_params.BACK_FILTERSIZE";

    // √(π/2) √(6.25 π/2 + 2.25 − 7.5)
    private const double LevelError = 2.68;

    public string Name => "Background";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(CellSize, "64", "size in pixels of the mesh cells"),
        new(FilterSize, "3", "cells whose median is taken, a side; odd, 1 for none"),
    ];

    public void Run(TaskContext context)
    {
        var options = new BackgroundOptions(Math.Max(8, context.Pars.Integer(CellSize)), Math.Max(1, context.Pars.Integer(FilterSize)));
        foreach (var input in context.Required("image"))
        {
            context.Log("Making BackgroundFrame object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            Make(context, input, options);
        }
    }

    private static void Make(TaskContext context, TaskInput input, BackgroundOptions options)
    {
        var image = FitsReader.ReadImage(input.Path);
        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, options)
            ?? throw RecipeException.BadFile($"{input.Path}: no part of the image has enough good pixels for a background; an image with sky in it is needed.");
        var error = LevelError * background.Rms / Math.Sqrt(image.Pixels.Count(float.IsFinite));
        var header = CalibrationProduct.NewHeader(context, image.Header, "background", [input]);
        header.Set("NCOMBINE", 1L, "number of input files");
        header.Set("BUNIT", image.Header.GetString("BUNIT", "adu"), "");
        header.Set("BACKLEVL", background.Level, "mean background");
        header.Set("BACKERR", error, "its standard error");
        header.Set("BACKRMS", background.Rms, "mean noise per pixel");
        var level = Filled(image, header, background.FillLevel);
        var noise = Filled(image, new FitsHeader(), background.FillRms);
        noise.Header.Set("EXTNAME", "RMS", "noise per pixel");
        var (low, high) = (level.Pixels.Min(), level.Pixels.Max());
        context.Log($"Background level is : {background.Level:0.0000} +- {error:0.0000}, from {low:0.0000} to {high:0.0000}, noise {background.Rms:0.0000}");
        var metadata = input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exposure");
        metadata["background"] = background.Level;
        metadata["backgrounderror"] = error;
        metadata["noise"] = background.Rms;
        metadata["range"] = high - low;
        CalibrationProduct.Write(context, "background", FrameNames.Stem(input, "background"), level, noise, metadata, [input]);
    }

    private static FitsImage Filled(FitsImage like, FitsHeader header, FillRow fill)
    {
        var filled = new FitsImage(like.Width, like.Height, header);
        for (var y = 0; y < like.Height; y++)
        {
            fill(y, filled.Row(y));
        }
        return filled;
    }

    private delegate void FillRow(int y, Span<float> row);
}
