using System.Globalization;

namespace Dpu.Calibration.Imaging;

/// <summary>A rectangle of pixels, counted from 0: <paramref name="X"/> to <c>X + Width - 1</c>, and so in y.</summary>
internal readonly record struct PixelArea(int X, int Y, int Width, int Height)
{
    public int EndX => X + Width;

    public int EndY => Y + Height;

    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>As headers have it: <c>[x1:x2,y1:y2]</c>, pixels from 1, both ends included.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{X + 1}:{EndX},{Y + 1}:{EndY}]");

    public PixelArea Intersect(PixelArea other)
    {
        var (x, y) = (Math.Max(X, other.X), Math.Max(Y, other.Y));
        return new PixelArea(x, y, Math.Min(EndX, other.EndX) - x, Math.Min(EndY, other.EndY) - y);
    }

    public PixelArea Union(PixelArea other)
    {
        var (x, y) = (Math.Min(X, other.X), Math.Min(Y, other.Y));
        return new PixelArea(x, y, Math.Max(EndX, other.EndX) - x, Math.Max(EndY, other.EndY) - y);
    }
}
