namespace Dpu.Fits;

/// <summary>A two-dimensional image: its header and its physical pixel values, row by row, NaN where a pixel has no value.</summary>
public sealed class FitsImage
{
    public FitsImage(int width, int height, FitsHeader? header = null)
        : this(width, height, new float[checked(width * height)], header)
    {
    }

    /// <param name="width">NAXIS1.</param>
    /// <param name="height">NAXIS2.</param>
    /// <param name="pixels">Row-major, <paramref name="width"/> × <paramref name="height"/> values; not copied.</param>
    /// <param name="header">Taken as it is, not copied.</param>
    public FitsImage(int width, int height, float[] pixels, FitsHeader? header = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != (long)width * height)
        {
            throw new ArgumentException($"{width} x {height} pixels are needed, {pixels.Length} are given.", nameof(pixels));
        }
        Width = width;
        Height = height;
        Pixels = pixels;
        Header = header ?? new FitsHeader();
    }

    public FitsHeader Header { get; }

    public int Width { get; }

    public int Height { get; }

    public float[] Pixels { get; }

    /// <summary>The pixel at column <paramref name="x"/> and row <paramref name="y"/>, counted from 0.</summary>
    public float this[int x, int y]
    {
        get => Pixels[(y * Width) + x];
        set => Pixels[(y * Width) + x] = value;
    }

    public Span<float> Row(int y) => Pixels.AsSpan(y * Width, Width);
}
