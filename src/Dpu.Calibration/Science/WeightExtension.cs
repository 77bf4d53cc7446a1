using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>
/// The weight of every pixel, 1/noise² in the image's unit, as an image extension named WEIGHT beside the image; 0 where there
/// is no image.
/// </summary>
internal static class WeightExtension
{
    public const string Name = "WEIGHT";

    /// <summary>The index of the HDU, or -1 when the file has none.</summary>
    public static int Find(string path)
    {
        var headers = FitsReader.ReadHeaders(path);
        for (var i = 1; i < headers.Count; i++)
        {
            if (headers[i].GetString("EXTNAME", "").Equals(Name, StringComparison.OrdinalIgnoreCase)) { return i; }
        }

        return -1;
    }

    /// <summary>Null when the file has none.</summary>
    public static FitsImage? Read(string path, FitsImage image)
    {
        var hdu = Find(path);
        if (hdu < 0) { return null; }
        var weights = FitsReader.ReadImage(path, hdu);
        return weights.Width == image.Width && weights.Height == image.Height
            ? weights
            : throw RecipeException.Wrong($"{path}: the weights have {weights.Width} x {weights.Height} pixels, the image {image.Width} x {image.Height}.");
    }
}
