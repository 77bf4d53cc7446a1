using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>What was seen of one amplifier of one image of a raw file, or of a file that could not be read.</summary>
internal sealed record PlaneReport(string File, int Hdu, string Extension)
{
    public string Amplifier { get; init; } = "";

    public int Width { get; init; }

    public int Height { get; init; }

    public string Pixels { get; init; } = "";

    public string Data { get; init; } = "";

    public string Overscan { get; init; } = "";

    /// <summary>ADU, of the data section; NaN for none.</summary>
    public double Mean { get; init; } = double.NaN;

    public double Median { get; init; } = double.NaN;

    public double Sigma { get; init; } = double.NaN;

    public double Low { get; init; } = double.NaN;

    public double High { get; init; } = double.NaN;

    /// <summary>ADU; NaN without overscan.</summary>
    public double OverscanLevel { get; init; } = double.NaN;

    public double OverscanNoise { get; init; } = double.NaN;

    /// <summary>Pixels without a value.</summary>
    public int Empty { get; init; }

    /// <summary>Pixels at or above SATURATE.</summary>
    public int Saturated { get; init; }

    /// <summary>What is wrong, one sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Looks at the pixels of an amplifier.</summary>
    public PlaneReport Of(FitsImage image, Amplifier amplifier)
    {
        var (data, problems) = (amplifier.Data, new List<string>());
        var values = new float[data.Width * data.Height];
        var count = Collect(image, data, values);
        var good = values.AsSpan(0, count);
        var saturated = 0;
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in good)
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
            saturated += value >= amplifier.Saturation ? 1 : 0;
        }
        if (count == 0)
        {
            problems.Add("no pixel has a value");
        }
        else if (low == high)
        {
            problems.Add($"every pixel is {low:0.###}");
        }
        var statistics = RobustStatistics.SigmaClip(good);
        var overscan = amplifier.Overscan is { } section ? Overscanned(image, section) : default(ClippedStatistics?);
        if (overscan is null)
        {
            problems.Add("no overscan (BIASSEC)");
        }
        return this with
        {
            Amplifier = amplifier.Name,
            Width = image.Width,
            Height = image.Height,
            Data = data.ToString(),
            Overscan = amplifier.Overscan?.ToString() ?? "",
            Mean = statistics.Mean,
            Median = statistics.Median,
            Sigma = statistics.Sigma,
            Low = count > 0 ? low : double.NaN,
            High = count > 0 ? high : double.NaN,
            OverscanLevel = overscan?.Mean ?? double.NaN,
            OverscanNoise = overscan?.Sigma ?? double.NaN,
            Empty = values.Length - count,
            Saturated = saturated,
            Problems = problems,
        };
    }

    private static ClippedStatistics Overscanned(FitsImage image, Section section)
    {
        var values = new float[section.Width * section.Height];
        return RobustStatistics.SigmaClip(values.AsSpan(0, Collect(image, section, values)));
    }

    private static int Collect(FitsImage image, Section section, float[] values)
    {
        var count = 0;
        for (var y = section.Y; y < section.Y + section.Height; y++)
        {
            count += RobustStatistics.CopyFinite(image.Row(y).Slice(section.X, section.Width), values.AsSpan(count));
        }
        return count;
    }
}
