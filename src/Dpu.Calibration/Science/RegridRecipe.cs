using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>Takes the sky's background off reduced frames and puts them on the grid that all frames of the field share.</summary>
internal sealed class RegridRecipe : IRecipe
{
    private const string Prefix = "Regrid.process_params.";
    private const string Auto = "auto";

    // Half of the sky in one picture is a wrong header, not a field.
    private const int SideMax = 60_000;

    public string Name => "Regrid";

    public IReadOnlyList<ProcessParameter> Parameters => All;

    public static IReadOnlyList<ProcessParameter> All { get; } =
    [
        new(Prefix + "PIXEL_SCALE", Auto, "arc seconds per pixel; auto: PIXSCALE of the header, else the frame's own to 0.001"),
        new(Prefix + "RA_CENTER", Auto, "degrees; auto: RA_TARG of the header, else the cell of the sky that the pointing lies in"),
        new(Prefix + "DEC_CENTER", Auto, "degrees; auto: as RA_CENTER"),
        new(Prefix + "SUBTRACT_BACKGROUND", "true", "whether the background mesh is subtracted"),
        new(Prefix + "BACK_SIZE", "128", "side of a cell of the background mesh, pixels"),
        new(Prefix + "BACK_FILTERSIZE", "3", "side of the median filter over cells, odd"),
    ];

    public void Run(TaskContext context)
    {
        foreach (var input in context.Required("reduced"))
        {
            var (image, weights, background) = Make(context, input);
            ScienceProduct.Describe(context, image.Header, "regridded", [input]);
            var metadata = ScienceProduct.About(input);
            metadata["background"] = background.Level;
            metadata["noise"] = background.Rms;
            ScienceProduct.Write(context, "regridded", FrameNames.Stem(input, "regridded"), image, weights, metadata, [input]);
        }
    }

    /// <summary>A reduced frame on the field's grid, its weights, and the background that it had; the task's parameters include <see cref="All"/>.</summary>
    public static (FitsImage Image, FitsImage Weights, BackgroundMap Background) Make(TaskContext context, TaskInput input)
    {
        context.Log("Making RegriddedFrame object");
        context.Log($"Using ReducedScienceFrame {input.FileName}");
        var image = FitsReader.ReadImage(input.Path);
        var wcs = TanWcs.FromHeader(image.Header);
        var grid = SkyGrid.Of(image.Header, wcs, Scale(context.Pars), Centre(context.Pars));
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Projection centre is : {grid.Ra:F6} {grid.Dec:F6} (deg), scale {grid.ScaleArcseconds:F4} (arcsec/pixel)"));
        var (background, weights) = Background(context, input, image);
        var area = grid.Cover(wcs, image.Width, image.Height);
        if (area.Width > SideMax || area.Height > SideMax)
        {
            throw RecipeException.Wrong($"{input.FileName} would need {area.Width} x {area.Height} pixels; its coordinates or the pixel scale are wrong.");
        }

        var target = grid.WcsAt(area.X, area.Y);
        var regridded = new FitsImage(area.Width, area.Height, image.Header.Clone());
        var regriddedWeights = new FitsImage(area.Width, area.Height);
        new Resampler(image, weights).Fill(regridded, regriddedWeights, new TangentMap(target, wcs));
        Describe(regridded.Header, regriddedWeights.Header, target, background);
        context.Log($"Size is : {area.Width} x {area.Height} (pixels)");
        return (regridded, regriddedWeights, background);
    }

    private static double? Scale(ProcessParameters pars) => IsAuto(pars, "PIXEL_SCALE") ? null : pars.Positive(Prefix + "PIXEL_SCALE");

    private static (double Ra, double Dec)? Centre(ProcessParameters pars)
    {
        if (IsAuto(pars, "RA_CENTER") != IsAuto(pars, "DEC_CENTER"))
        {
            throw RecipeException.Wrong($"pars: {Prefix}RA_CENTER and {Prefix}DEC_CENTER are set together or not at all.");
        }

        return IsAuto(pars, "RA_CENTER") ? null : (pars.Number(Prefix + "RA_CENTER"), pars.Number(Prefix + "DEC_CENTER"));
    }

    private static bool IsAuto(ProcessParameters pars, string name) => pars.Text(Prefix + name).Equals(Auto, StringComparison.OrdinalIgnoreCase);

    private static (BackgroundMap Background, float[] Weights) Background(TaskContext context, TaskInput input, FitsImage image)
    {
        var (cell, filter) = (context.Pars.Integer(Prefix + "BACK_SIZE"), context.Pars.Integer(Prefix + "BACK_FILTERSIZE"));
        if (cell < 8 || filter < 1 || filter % 2 == 0)
        {
            throw RecipeException.Wrong($"pars: {Prefix}BACK_SIZE is {cell} and BACK_FILTERSIZE {filter}; at least 8 and an odd number are needed.");
        }

        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, new BackgroundOptions(cell, filter))
            ?? throw RecipeException.Wrong($"{input.FileName}: no part of the image has enough good pixels for a background.");
        context.Log(string.Create(CultureInfo.InvariantCulture, $"Background level is : {background.Level:F3} (mean), noise {background.Rms:F3}"));
        if (context.Pars.Flag(Prefix + "SUBTRACT_BACKGROUND")) { background.SubtractFrom(image.Pixels, image.Width); }
        return (background, Weights(background, image.Width, image.Height));
    }

    private static float[] Weights(BackgroundMap background, int width, int height)
    {
        var weights = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = weights.AsSpan(y * width, width);
            background.FillRms(y, row);
            foreach (ref var value in row) { value = value > 0 ? 1 / (value * value) : 0; }
        }

        return weights;
    }

    private static void Describe(FitsHeader image, FitsHeader weights, TanWcs wcs, BackgroundMap background)
    {
        wcs.WriteTo(image);
        wcs.WriteTo(weights);
        image.Set("BACKLEVL", background.Level, "mean background per pixel before it was subtracted");
        image.Set("BACKRMS", background.Rms, "mean noise per pixel before regridding");
        image.Set("PIXSCALE", wcs.PixelScale, "[arcsec/pixel]");
    }
}
