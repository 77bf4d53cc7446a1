using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>What one pass over a raw frame collects: the overscan, and pixels of the data section with their index in it.</summary>
internal sealed class FrameScan
{
    private FrameScan(int dataHeight, int overscanPixels)
    {
        OverscanMedians = new float[dataHeight];
        OverscanMedians.AsSpan().Fill(float.NaN);
        Overscan = new float[overscanPixels];
    }

    /// <summary>Of the rows of the data section.</summary>
    public float[] OverscanMedians { get; }

    public float[] Overscan { get; }

    public List<(int Index, float Raw)> Sample { get; } = [];

    public static FrameScan Of(FitsRowReader reader, DetectorSections sections, int sampleSize)
    {
        var data = sections.Data;
        var overscan = sections.Overscan ?? default;
        var scan = new FrameScan(data.Height, overscan.Width * overscan.Height);
        // A step that shares no factor with the width samples every column.
        var step = Math.Max(1, data.Width * data.Height / sampleSize);
        while (step > 1 && data.Width % step == 0)
        {
            step++;
        }
        var row = new float[reader.Width];
        var next = 0;
        while (reader.NextRow < reader.Height)
        {
            var y = reader.NextRow;
            reader.ReadRows(row);
            scan.TakeOverscan(row, y, overscan, data);
            next = scan.TakeSample(row, y - data.Y, data, next, step);
        }
        return scan;
    }

    private void TakeOverscan(float[] row, int y, Section overscan, Section data)
    {
        if (y < overscan.Y || y >= overscan.Y + overscan.Height)
        {
            return;
        }
        var part = Overscan.AsSpan((y - overscan.Y) * overscan.Width, overscan.Width);
        row.AsSpan(overscan.X, overscan.Width).CopyTo(part);
        if (y >= data.Y && y < data.Y + data.Height)
        {
            OverscanMedians[y - data.Y] = (float)RobustStatistics.Median(part);
        }
    }

    private int TakeSample(float[] row, int y, Section data, int next, int step)
    {
        for (; y >= 0 && y < data.Height && next < (y + 1) * data.Width; next += step)
        {
            Sample.Add((next, row[data.X + (next % data.Width)]));
        }
        return next;
    }
}
