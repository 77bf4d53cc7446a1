namespace Dpu.Calibration.Photometry;

/// <summary>
/// What the kernel of a difference image is made of (Alard and Lupton 1998, ApJ 503, 325): Gaussians of three widths, each times the monomials up to a degree, and the pixel itself. All but that are products of a function of
/// x and one of y.
/// </summary>
internal sealed class KernelBasis
{
    private static readonly (double Width, int Degree)[] s_parts = [(0.5, 4), (1.0, 3), (2.0, 2)];
    private readonly List<(float[] Column, float[] Row)> _products = [];

    /// <param name="sigma">Of a star, pixels: the Gaussians are half, one and two of it.</param>
    public KernelBasis(double sigma)
    {
        Radius = (int)Math.Ceiling(2.5 * s_parts[^1].Width * sigma);
        _products.Add((Function(0, -1), Function(0, -1)));
        foreach (var (width, degree) in s_parts)
        {
            for (var i = 0; i <= degree; i++)
            {
                for (var j = 0; i + j <= degree; j++) { _products.Add((Function(width * sigma, i), Function(width * sigma, j))); }
            }
        }
    }

    public int Count => _products.Count;

    public int Radius { get; }

    private int Side => (2 * Radius) + 1;

    /// <summary>The kernel of these coefficients, row-major.</summary>
    public float[] Kernel(ReadOnlySpan<double> coefficients)
    {
        var kernel = new double[Side * Side];
        for (var n = 0; n < Count; n++)
        {
            var (column, row) = _products[n];
            for (var i = 0; i < kernel.Length; i++) { kernel[i] += coefficients[n] * row[i % Side] * column[i / Side]; }
        }

        return Array.ConvertAll(kernel, v => (float)v);
    }

    /// <summary>A stamp convolved with each part: the stamp has <see cref="Radius"/> pixels more on each side than the results.</summary>
    public float[][] Convolve(float[] stamp, int side)
    {
        var inner = side - (2 * Radius);
        var rows = new Dictionary<float[], float[]>(ReferenceEqualityComparer.Instance);
        var results = new float[Count][];
        for (var n = 0; n < Count; n++)
        {
            var (column, row) = _products[n];
            if (!rows.TryGetValue(row, out var along)) { rows[row] = along = AlongRows(stamp, side, row, inner); }
            results[n] = AlongColumns(along, inner, column);
        }

        return results;
    }

    private static float[] AlongRows(float[] stamp, int side, float[] taps, int inner)
    {
        var result = new float[side * inner];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < inner; x++)
            {
                // A convolution turns the kernel round: the pixel at +k comes from -k.
                var sum = 0f;
                for (var k = 0; k < taps.Length; k++) { sum += taps[k] * stamp[(y * side) + x + taps.Length - 1 - k]; }
                result[(y * inner) + x] = sum;
            }
        }

        return result;
    }

    private static float[] AlongColumns(float[] rows, int inner, float[] taps)
    {
        var result = new float[inner * inner];
        for (var y = 0; y < inner; y++)
        {
            for (var k = 0; k < taps.Length; k++)
            {
                var source = (y + taps.Length - 1 - k) * inner;
                for (var x = 0; x < inner; x++) { result[(y * inner) + x] += taps[k] * rows[source + x]; }
            }
        }

        return result;
    }

    /// <summary>A Gaussian times a power; a negative power is the pixel itself.</summary>
    private float[] Function(double sigma, int power)
    {
        var values = new float[Side];
        for (var k = -Radius; k <= Radius; k++)
        {
            values[k + Radius] = power < 0 ? (k == 0 ? 1 : 0) : (float)(Math.Exp(-0.5 * k * k / (sigma * sigma)) * Math.Pow(k / sigma, power));
        }

        return values;
    }
}
