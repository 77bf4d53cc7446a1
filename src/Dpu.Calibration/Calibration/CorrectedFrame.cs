using System.Numerics;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// A raw frame, trimmed to its data section, less the overscan level of each amplifier and, if given, a bias; read row by row. Opening it passes over
/// the file once for the overscan and a sample of pixels; reading it is the second pass: a frame is never held whole.
/// </summary>
internal sealed class CorrectedFrame : IDisposable
{
    private const int SampleSize = 200_000;
    private readonly TaskInput _input;
    private readonly float[]? _bias;
    private readonly OverscanLevels[] _levels;
    private readonly bool _maskSaturated;
    private readonly float[] _row;
    private FitsRowReader _reader;
    private int _next;

    private CorrectedFrame(TaskInput input, FitsRowReader reader, FitsHeader header, DetectorSections sections, OverscanMethod method, float[]? bias, bool maskSaturated)
    {
        _input = input;
        _reader = reader;
        _bias = bias;
        _row = new float[reader.Width];
        _maskSaturated = maskSaturated;
        Header = header;
        Sections = sections;
        var scan = FrameScan.Of(reader, sections, SampleSize);
        _levels = [.. sections.Amplifiers.Select((a, i) => OverscanLevels.Of(method, a, scan.Overscans[i], input.Path))];
        OverscanLevel = _levels.Average(l => l.Mean);
        Sample = CorrectedSample(scan);
        Rewind();
    }

    public string Path => _input.Path;

    /// <summary>Its own header, or that of its extension with what it inherits; GAIN is the mean of several amplifiers'.</summary>
    public FitsHeader Header { get; }

    public DetectorSections Sections { get; }

    public int Width => Sections.Data.Width;

    public int Height => Sections.Data.Height;

    /// <summary>The mean level that the overscan correction takes away, ADU.</summary>
    public double OverscanLevel { get; }

    /// <summary>Of each amplifier.</summary>
    public IReadOnlyList<OverscanLevels> Overscan => _levels;

    /// <summary>Corrected pixels spread evenly over the frame, saturated ones left out; may be reordered.</summary>
    public float[] Sample { get; }

    /// <summary>What the corrected pixels are multiplied with as they are read.</summary>
    public double Scale { get; set; } = 1;

    /// <summary>What the corrected pixels are divided by, after <see cref="Scale"/>; null for nothing.</summary>
    public float[]? Flat { get; set; }

    /// <summary>Pixels that are read as NaN; null for none.</summary>
    public bool[]? Masked { get; set; }

    /// <param name="path">A raw frame.</param>
    /// <param name="method">How its overscan is used.</param>
    /// <param name="bias">A bias of the size of the data section, or null.</param>
    /// <param name="maskSaturated">Turn pixels above the header's SATURATE into NaN.</param>
    public static CorrectedFrame Open(string path, OverscanMethod method, FitsImage? bias, bool maskSaturated) =>
        Open(new TaskInput("", path, "", []), method, bias, maskSaturated);

    /// <summary>The same of an input, whose metadata tell which image of its file is meant.</summary>
    public static CorrectedFrame Open(TaskInput input, OverscanMethod method, FitsImage? bias, bool maskSaturated)
    {
        var (reader, header) = RawFile.Open(input);
        try
        {
            var sections = DetectorSections.Of(header, reader.Width, reader.Height);
            if (method != OverscanMethod.None && !sections.HasOverscan)
            {
                throw RecipeException.BadFile($"{input.Path} has no overscan (BIASSEC); BiasFrame.process_params.OVERSCAN_CORRECTION=none works without.");
            }
            if (bias is not null && (bias.Width != sections.Data.Width || bias.Height != sections.Data.Height))
            {
                throw RecipeException.BadFile($"{input.Path}: its data section is {sections.Data.Width} x {sections.Data.Height} pixels, the bias {bias.Width} x {bias.Height}.");
            }
            return new CorrectedFrame(input, reader, WithGain(header, sections), sections, method, bias?.Pixels, maskSaturated);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a frame of which nothing can be used: every pixel saturated, or without a value.</summary>
    public CorrectedFrame WithValues() => Sample.Length > 0 ? this : throw RecipeException.BadFile(
        $"{Path}: no pixel of its data section {Sections.Data} has a value{(_maskSaturated && Header.Contains("SATURATE") ? $" below SATURATE ({Header.GetDouble("SATURATE"):0})" : "")}; an exposed frame is needed.");

    /// <summary>Begins anew with the first row.</summary>
    public void Rewind()
    {
        _reader.Dispose();
        _reader = RawFile.Open(_input).Rows;
        _next = 0;
    }

    /// <summary>Reads the next rows of the data section, as many as the span holds.</summary>
    public void ReadRows(Span<float> destination)
    {
        for (; !destination.IsEmpty; destination = destination[Width..])
        {
            ReadRow(_next++, destination[..Width]);
        }
    }

    public void Dispose() => _reader.Dispose();

    private void ReadRow(int y, Span<float> corrected)
    {
        for (var i = 0; i < _levels.Length; i++)
        {
            var amplifier = Sections.Amplifiers[i];
            var (data, own) = (amplifier.Data, y - amplifier.Y);
            if (own < 0 || own >= data.Height)
            {
                continue;
            }
            while (_reader.NextRow <= data.Y + own)
            {
                _reader.ReadRows(_row);
            }
            Correct(amplifier, _levels[i], own, corrected.Slice(amplifier.X, data.Width), (y * Width) + amplifier.X);
        }
        Finish(corrected, y * Width);
    }

    private void Correct(Amplifier amplifier, OverscanLevels levels, int own, Span<float> corrected, int at)
    {
        ReadOnlySpan<float> raw = _row.AsSpan(amplifier.Data.X, corrected.Length);
        Subtract(raw, levels.Columns is null ? levels.Row(own) : 0, levels.Columns, _bias is null ? default : _bias.AsSpan(at, corrected.Length), (float)Scale, corrected);
        if (_maskSaturated && double.IsFinite(amplifier.Saturation))
        {
            var limit = (float)amplifier.Saturation;
            for (var x = 0; x < raw.Length; x++)
            {
                corrected[x] = raw[x] >= limit ? float.NaN : corrected[x];
            }
        }
    }

    private static void Subtract(ReadOnlySpan<float> raw, float level, ReadOnlySpan<float> columns, ReadOnlySpan<float> bias, float scale, Span<float> corrected)
    {
        var x = 0;
        var (levels, scales) = (new Vector<float>(level), new Vector<float>(scale));
        for (; x <= raw.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var value = new Vector<float>(raw[x..]) - (columns.IsEmpty ? levels : new Vector<float>(columns[x..]));
            value = bias.IsEmpty ? value : value - new Vector<float>(bias[x..]);
            (value * scales).CopyTo(corrected[x..]);
        }
        for (; x < raw.Length; x++)
        {
            corrected[x] = (raw[x] - (columns.IsEmpty ? level : columns[x]) - (bias.IsEmpty ? 0 : bias[x])) * scale;
        }
    }

    private void Finish(Span<float> corrected, int at)
    {
        if (Flat is not null)
        {
            for (var x = 0; x < corrected.Length; x++)
            {
                corrected[x] /= Flat[at + x];
            }
        }
        if (Masked is not null)
        {
            for (var x = 0; x < corrected.Length; x++)
            {
                corrected[x] = Masked[at + x] ? float.NaN : corrected[x];
            }
        }
    }

    private float[] CorrectedSample(FrameScan scan)
    {
        var kept = new List<float>(scan.Sample.Count);
        foreach (var (at, raw, number) in scan.Sample)
        {
            var amplifier = Sections.Amplifiers[number];
            var value = raw - _levels[number].At((at % Width) - amplifier.X, (at / Width) - amplifier.Y) - (_bias is null ? 0 : _bias[at]);
            if (float.IsFinite(value) && !(_maskSaturated && raw >= amplifier.Saturation))
            {
                kept.Add(value);
            }
        }
        return [.. kept];
    }

    private static FitsHeader WithGain(FitsHeader header, DetectorSections sections)
    {
        if (header.Contains("GAIN") || sections.Amplifiers.Any(a => !header.Contains(a.Keyword("GAIN"))))
        {
            return header;
        }
        var joined = header.Clone();
        joined.Set("GAIN", sections.Amplifiers.Average(a => header.GetDouble(a.Keyword("GAIN"))), "[electron/adu] mean of the amplifiers");
        return joined;
    }
}
