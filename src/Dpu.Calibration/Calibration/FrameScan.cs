using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>What one pass over a raw frame collects: the overscan of each amplifier, and pixels of the trimmed frame with their index in it.</summary>
internal sealed class FrameScan
{
    private FrameScan(IReadOnlyList<Amplifier> amplifiers) =>
        Overscans = [.. amplifiers.Select(a => new float[(a.Overscan?.Width * a.Overscan?.Height) ?? 0])];

    /// <summary>Every pixel of each amplifier's overscan, row by row.</summary>
    public float[][] Overscans { get; }

    public List<(int Index, float Raw, int Amplifier)> Sample { get; } = [];

    public static FrameScan Of(FitsRowReader reader, DetectorSections sections, int sampleSize)
    {
        var scan = new FrameScan(sections.Amplifiers);
        var (width, height) = (sections.Data.Width, sections.Data.Height);
        // A step that shares no factor with the width samples every column.
        var step = (int)Math.Max(1, (long)width * height / sampleSize);
        while (step > 1 && width % step == 0)
        {
            step++;
        }
        var row = new float[reader.Width];
        while (reader.NextRow < reader.Height)
        {
            var y = reader.NextRow;
            reader.ReadRows(row);
            for (var i = 0; i < sections.Amplifiers.Count; i++)
            {
                scan.TakeOverscan(row, y, sections.Amplifiers[i].Overscan, i);
                scan.TakeSample(row, y, sections.Amplifiers[i], i, width, step);
            }
        }
        return scan;
    }

    private void TakeOverscan(float[] row, int y, Section? section, int amplifier)
    {
        if (section is { } overscan && y >= overscan.Y && y < overscan.Y + overscan.Height)
        {
            row.AsSpan(overscan.X, overscan.Width).CopyTo(Overscans[amplifier].AsSpan((y - overscan.Y) * overscan.Width));
        }
    }

    private void TakeSample(float[] row, int y, Amplifier amplifier, int number, int width, int step)
    {
        var data = amplifier.Data;
        if (y < data.Y || y >= data.Y + data.Height)
        {
            return;
        }
        var first = ((amplifier.Y + y - data.Y) * width) + amplifier.X;
        for (var at = (first + step - 1) / step * step; at < first + data.Width; at += step)
        {
            Sample.Add((at, row[data.X + at - first], number));
        }
    }
}
