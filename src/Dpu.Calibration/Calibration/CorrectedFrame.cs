using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// A raw frame, trimmed to its data section, less its overscan level and, if given, a bias; read row by row. Opening it passes over the
/// file once for the overscan and a sample of pixels; reading it is the second pass: a frame is never held whole.
/// </summary>
internal sealed class CorrectedFrame : IDisposable
{
    private const int SampleSize = 200_000;
    private readonly float[]? _bias;
    private readonly float[] _levels;
    private readonly double _saturation;
    private readonly Section _data;
    private readonly float[] _row;
    private readonly FitsRowReader _reader;

    private CorrectedFrame(string path, FitsRowReader reader, DetectorSections sections, OverscanMethod method, float[]? bias, bool maskSaturated)
    {
        _reader = reader;
        _bias = bias;
        _data = sections.Data;
        _row = new float[reader.Width];
        _saturation = maskSaturated ? reader.Header.GetDouble("SATURATE", double.PositiveInfinity) : double.PositiveInfinity;
        Path = path;
        Sections = sections;
        var scan = FrameScan.Of(reader, sections, SampleSize);
        _levels = OverscanCorrection.Levels(method, scan.OverscanMedians, scan.Overscan);
        OverscanLevel = RobustStatistics.MeanAndSigma(_levels).Mean;
        Sample = CorrectedSample(scan);
        _reader.Dispose();
        _reader = FitsRowReader.Open(path);
    }

    public string Path { get; }

    public FitsHeader Header => _reader.Header;

    public DetectorSections Sections { get; }

    public int Width => _data.Width;

    public int Height => _data.Height;

    /// <summary>The mean level that the overscan correction takes away, ADU.</summary>
    public double OverscanLevel { get; }

    /// <summary>Corrected pixels spread evenly over the frame, saturated ones left out; may be reordered.</summary>
    public float[] Sample { get; }

    /// <summary>What the corrected pixels are multiplied with as they are read.</summary>
    public double Scale { get; set; } = 1;

    /// <param name="path">A raw frame.</param>
    /// <param name="method">How its overscan is used.</param>
    /// <param name="bias">A bias of the size of the data section, or null.</param>
    /// <param name="maskSaturated">Turn pixels above the header's SATURATE into NaN.</param>
    public static CorrectedFrame Open(string path, OverscanMethod method, FitsImage? bias, bool maskSaturated)
    {
        var reader = FitsRowReader.Open(path);
        try
        {
            var sections = DetectorSections.Of(reader.Header, reader.Width, reader.Height);
            if (method != OverscanMethod.None && sections.Overscan is null)
            {
                throw RecipeException.Wrong($"{path} has no overscan (BIASSEC); BiasFrame.process_params.OVERSCAN_CORRECTION=none works without.");
            }
            if (bias is not null && (bias.Width != sections.Data.Width || bias.Height != sections.Data.Height))
            {
                throw RecipeException.Wrong($"{path}: its data section is {sections.Data.Width} x {sections.Data.Height} pixels, the bias {bias.Width} x {bias.Height}.");
            }
            return new CorrectedFrame(path, reader, sections, method, bias?.Pixels, maskSaturated);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next rows of the data section, as many as the span holds.</summary>
    public void ReadRows(Span<float> destination)
    {
        while (_reader.NextRow < _data.Y)
        {
            _reader.ReadRows(_row);
        }
        for (; !destination.IsEmpty; destination = destination[_data.Width..])
        {
            var y = _reader.NextRow - _data.Y;
            _reader.ReadRows(_row);
            Correct(_row.AsSpan(_data.X, _data.Width), y, destination[.._data.Width]);
        }
    }

    public void Dispose() => _reader.Dispose();

    private void Correct(ReadOnlySpan<float> raw, int y, Span<float> corrected)
    {
        var bias = _bias is null ? default : _bias.AsSpan(y * _data.Width, _data.Width);
        var (level, scale, saturation) = (_levels[y], (float)Scale, (float)_saturation);
        for (var x = 0; x < raw.Length; x++)
        {
            var value = raw[x] - level - (bias.IsEmpty ? 0 : bias[x]);
            corrected[x] = raw[x] >= saturation ? float.NaN : value * scale;
        }
    }

    private float[] CorrectedSample(FrameScan scan)
    {
        var kept = new List<float>(scan.Sample.Count);
        foreach (var (at, raw) in scan.Sample)
        {
            var value = raw - _levels[at / _data.Width] - (_bias is null ? 0 : _bias[at]);
            if (raw < _saturation && float.IsFinite(value))
            {
                kept.Add(value);
            }
        }
        return [.. kept];
    }
}
