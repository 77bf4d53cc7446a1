using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// The pixels around one object as its photometry sees them: where a neighbour's pixel or a bad one stands, the pixel
/// opposite to it across the centre stands in for it, because objects are mostly symmetric; where that cannot serve
/// either, nothing.
/// </summary>
/// <param name="image">Background-subtracted; NaN where bad.</param>
/// <param name="owners">For each pixel 0, or the number of the object that it belongs to.</param>
/// <param name="owner">The number of this object.</param>
internal readonly struct Surroundings(FitsImage image, int[] owners, int owner)
{
    public int Width => image.Width;

    public int Height => image.Height;

    public bool Contains(int x, int y) => (uint)x < (uint)image.Width && (uint)y < (uint)image.Height;

    /// <summary>Whether the pixel can be used as it is.</summary>
    public bool IsOwn(int x, int y)
    {
        var at = (y * image.Width) + x;
        var other = owners[at];
        return (other == 0 || other == owner) && float.IsFinite(image.Pixels[at]);
    }

    /// <summary>The pixel's value, or its stand-in for an object centred at (<paramref name="cx"/>, <paramref name="cy"/>). The pixel lies in the image.</summary>
    public double Value(int x, int y, double cx, double cy)
    {
        if (IsOwn(x, y)) { return image[x, y]; }
        var (mx, my) = ((int)Math.Round((2 * cx) - x), (int)Math.Round((2 * cy) - y));
        return Contains(mx, my) && IsOwn(mx, my) ? image[mx, my] : 0;
    }
}
