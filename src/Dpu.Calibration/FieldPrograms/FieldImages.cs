using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>An image as programs of the field read it: they know no NaN, and take weights from a file beside it.</summary>
internal static class FieldImages
{
    public const string Image = "image.fits";
    public const string Weights = "weights.fits";

    /// <summary>Writes a part of an image and, where pixels are bad or weights are known, its weights.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="image">May hold NaN.</param>
    /// <param name="weights">Of its pixels, up to a factor; null where all are worth the same.</param>
    /// <param name="part">The part.</param>
    /// <param name="header">Cards for the image; null for none.</param>
    /// <returns>The weights that were written; null where all pixels are worth the same.</returns>
    public static FitsImage? Write(string folder, FitsImage image, FitsImage? weights, PixelArea part, FitsHeader? header = null)
    {
        var cut = new FitsImage(part.Width, part.Height, header ?? new FitsHeader());
        var trust = new FitsImage(part.Width, part.Height);
        var isNeeded = weights is not null;
        for (var y = 0; y < part.Height; y++)
        {
            var from = image.Row(part.Y + y).Slice(part.X, part.Width);
            var pixels = cut.Row(y);
            var trusted = trust.Row(y);
            for (var x = 0; x < part.Width; x++)
            {
                var isGood = float.IsFinite(from[x]);
                pixels[x] = isGood ? from[x] : 0;
                trusted[x] = isGood ? weights?.Row(part.Y + y)[part.X + x] ?? 1 : 0;
                isNeeded |= !isGood;
            }
        }

        FitsWriter.WriteImage(Path.Combine(folder, Image), cut);
        if (!isNeeded) { return null; }
        FitsWriter.WriteImage(Path.Combine(folder, Weights), trust);
        return trust;
    }
}
