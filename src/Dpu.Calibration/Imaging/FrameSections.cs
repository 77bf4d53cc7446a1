using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// Finds what the header of a raw frame does not tell: strips of prescan and overscan, dead columns, and amplifiers with
/// bias levels of their own. The median along a column (then along a row) hardly feels stars; where it jumps between two
/// neighbours, one section ends and another begins. Narrow strips show no sky: between sections of the same level they are
/// defects within one, else overscan between two.
/// </summary>
internal static class FrameSections
{
    // Sections narrower than this are overscan or defects; no amplifier is.
    private const int WidthMin = 32;

    // A jump counts when it is this many standard errors of a difference of medians, and a good part of a pixel's noise.
    private const double JumpErrors = 8;
    private const double JumpSigmas = 0.5;

    // Counts are whole numbers, and so are most of their medians.
    private const double JumpCounts = 1.5;
    private const double MedianError = 1.2533;
    private const int RowsMax = 400;

    /// <summary>The sections of <paramref name="area"/> that show sky; they do not overlap.</summary>
    public static IReadOnlyList<PixelArea> Find(FitsImage image, PixelArea area)
    {
        var noise = PixelNoise(image, area);
        var sections = new List<PixelArea>();
        foreach (var columns in Split(Columns(image, area), area.Height / RowStep(area.Height), noise))
        {
            var strip = area with { X = area.X + columns.Start, Width = columns.Length };
            foreach (var rows in Split(Rows(image, strip), strip.Width, noise))
            {
                sections.Add(strip with { Y = area.Y + rows.Start, Height = rows.Length });
            }
        }

        return sections;
    }

    /// <summary>Makes every pixel outside the sections NaN, and the columns within them that stand out from their neighbours.</summary>
    public static void Mask(FitsImage image, IReadOnlyList<PixelArea> sections)
    {
        MaskOutside(image, sections);
        foreach (var section in sections) { MaskDefects(image, section, PixelNoise(image, section)); }
    }

    /// <summary>Makes every pixel outside the sections NaN.</summary>
    public static void MaskOutside(FitsImage image, IReadOnlyList<PixelArea> sections)
    {
        var keep = new bool[image.Width];
        for (var y = 0; y < image.Height; y++)
        {
            keep.AsSpan().Clear();
            foreach (var s in sections)
            {
                if (y >= s.Y && y < s.EndY) { keep.AsSpan(s.X, s.Width).Fill(true); }
            }

            var row = image.Row(y);
            for (var x = 0; x < row.Length; x++)
            {
                if (!keep[x]) { row[x] = float.NaN; }
            }
        }
    }

    private static List<Strip> Split(double[] medians, int samples, double noise)
    {
        var jump = Jump(samples, noise);
        var strips = new List<Strip>();
        var start = 0;
        for (var i = 1; i <= medians.Length; i++)
        {
            // Not "at least the jump": a line without a single good pixel is NaN and ends a section too.
            if (i < medians.Length && Math.Abs(medians[i] - medians[i - 1]) < jump) { continue; }
            if (i - start >= WidthMin) { Append(strips, new Strip(start, i - start, medians[start], medians[i - 1]), jump); }
            start = i;
        }

        return strips;
    }

    private static double Jump(int samples, double noise) => Math.Max(
        (JumpSigmas * noise) + JumpCounts, JumpErrors * Math.Sqrt(2) * MedianError * noise / Math.Sqrt(samples));

    private static void Append(List<Strip> strips, Strip next, double jump)
    {
        if (strips.Count > 0 && strips[^1] is var last && Math.Abs(last.LevelAtEnd - next.LevelAtStart) < jump)
        {
            strips[^1] = new Strip(last.Start, next.Start + next.Length - last.Start, last.LevelAtStart, next.LevelAtEnd);
            return;
        }

        strips.Add(next);
    }

    private static void MaskDefects(FitsImage image, PixelArea section, double noise)
    {
        var jump = Jump(section.Height / RowStep(section.Height), noise);
        var medians = Columns(image, section);
        for (var x = 0; x < medians.Length; x++)
        {
            // Measured against the columns around, because the sky may have a gradient.
            var from = Math.Max(0, x - (WidthMin / 2));
            var around = medians[from..Math.Min(medians.Length, x + (WidthMin / 2))];
            var level = RobustStatistics.Median(Array.ConvertAll(around, m => (float)m));
            if (Math.Abs(medians[x] - level) < jump) { continue; }
            for (var y = section.Y; y < section.EndY; y++) { image[section.X + x, y] = float.NaN; }
        }
    }

    private readonly record struct Strip(int Start, int Length, double LevelAtStart, double LevelAtEnd);

    // Some hundred pixels tell a column's level well enough, and reading down a column is slow.
    private static int RowStep(int height) => Math.Max(1, height / RowsMax);

    private static double[] Columns(FitsImage image, PixelArea area)
    {
        var medians = new double[area.Width];
        var step = RowStep(area.Height);
        var column = new float[(area.Height / step) + 1];
        for (var x = 0; x < area.Width; x++)
        {
            var count = 0;
            for (var y = area.Y; y < area.EndY; y += step)
            {
                var value = image[area.X + x, y];
                if (float.IsFinite(value)) { column[count++] = value; }
            }

            medians[x] = RobustStatistics.Median(column.AsSpan(0, count));
        }

        return medians;
    }

    private static double[] Rows(FitsImage image, PixelArea area)
    {
        var medians = new double[area.Height];
        var row = new float[area.Width];
        for (var y = 0; y < area.Height; y++)
        {
            var count = RobustStatistics.CopyFinite(image.Row(area.Y + y).Slice(area.X, area.Width), row);
            medians[y] = RobustStatistics.Median(row.AsSpan(0, count));
        }

        return medians;
    }

    /// <summary>From differences of neighbours, which neither levels nor gradients enter.</summary>
    private static double PixelNoise(FitsImage image, PixelArea area)
    {
        var differences = new List<float>();
        var step = Math.Max(1, area.Height / 64);
        for (var y = area.Y; y < area.EndY; y += step)
        {
            var row = image.Row(y).Slice(area.X, area.Width);
            for (var x = 1; x < row.Length; x++)
            {
                var difference = row[x] - row[x - 1];
                if (float.IsFinite(difference)) { differences.Add(difference); }
            }
        }

        return differences.Count > 0 ? RobustStatistics.SigmaFromMad([.. differences], 0) / Math.Sqrt(2) : 0;
    }
}
