using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// How much fainter a star looks at a place of a chip than on the chip's average, in magnitudes: a polynomial in the position whose mean over the chip
/// is 0. The flat field of an unevenly lit telescope leaves it behind.
/// </summary>
internal sealed class IlluminationSurface
{
    public const int OrderMax = 5;
    private readonly double[] _coefficients;

    public IlluminationSurface(int order, int width, int height, double[] coefficients)
    {
        (Order, Width, Height, _coefficients) = (order, width, height, coefficients);
    }

    public int Order { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>How many coefficients a polynomial of the order has, the constant left out.</summary>
    public static int Count(int order) => ((order + 1) * (order + 2) / 2) - 1;

    /// <summary>The polynomial's terms at a place, in pixels from 1.</summary>
    public static void Terms(int order, int width, int height, double x, double y, Span<double> terms)
    {
        // From -1 to 1 over the chip: powers stay comparable.
        var (u, v) = ((2 * (x - 0.5) / width) - 1, (2 * (y - 0.5) / height) - 1);
        var at = 0;
        for (var degree = 1; degree <= order; degree++)
        {
            for (var j = 0; j <= degree; j++) { terms[at++] = (Math.Pow(u, degree - j) * Math.Pow(v, j)) - (Mean(degree - j) * Mean(j)); }
        }
    }

    /// <summary>Magnitudes at a place, pixels from 1.</summary>
    public double At(double x, double y)
    {
        Span<double> terms = stackalloc double[_coefficients.Length];
        Terms(Order, Width, Height, x, y, terms);
        var sum = 0.0;
        for (var i = 0; i < terms.Length; i++) { sum += _coefficients[i] * terms[i]; }
        return sum;
    }

    public void WriteTo(FitsHeader header)
    {
        header.Set("ILLORDER", (long)Order, "order of the polynomial");
        header.Set("ILLWIDTH", (long)Width, "[pixel] of the frames");
        header.Set("ILLHIGH", (long)Height, "[pixel] of the frames");
        foreach (var (key, index) in Keys(Order)) { header.Set(key, _coefficients[index], "[mag] times u^a v^b less its mean; u, v: -1 to 1"); }
    }

    public static IlluminationSurface Read(TaskInput input)
    {
        var header = FitsReader.ReadPrimaryHeader(input.Path);
        var order = (int)header.GetInt64("ILLORDER");
        if (order is < 1 or > OrderMax) { throw RecipeException.Wrong($"{input.FileName}: ILLORDER is {order}; 1 to {OrderMax} is needed."); }
        return new IlluminationSurface(
            order, (int)header.GetInt64("ILLWIDTH"), (int)header.GetInt64("ILLHIGH"), [.. Keys(order).Select(k => header.GetDouble(k.Key))]);
    }

    private static IEnumerable<(string Key, int Index)> Keys(int order)
    {
        var at = 0;
        for (var degree = 1; degree <= order; degree++)
        {
            for (var j = 0; j <= degree; j++) { yield return (string.Create(CultureInfo.InvariantCulture, $"ILLC{degree - j}_{j}"), at++); }
        }
    }

    private static double Mean(int power) => power % 2 == 0 ? 1.0 / (power + 1) : 0;
}
