using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Takes from each pixel what its surroundings have: the median of the box in which it lies.</summary>
internal static class LocalMedian
{
    /// <param name="image">Changed in place. NaN is no value.</param>
    /// <param name="box">About how many pixels a side a box has; boxes divide the image evenly, so that none is a sliver.</param>
    /// <param name="remove">What becomes of a value beside a median: their difference, their ratio.</param>
    public static void Remove(FitsImage image, int box, Func<float, float, float> remove)
    {
        var (columns, rows) = (Boxes(image.Width, box), Boxes(image.Height, box));
        var values = new float[((image.Width / columns) + 1) * ((image.Height / rows) + 1)];
        for (var i = 0; i < columns * rows; i++)
        {
            var (x0, x1) = Range(image.Width, i % columns, columns);
            var (y0, y1) = Range(image.Height, i / columns, rows);
            var count = 0;
            for (var y = y0; y < y1; y++)
            {
                count += RobustStatistics.CopyFinite(image.Row(y)[x0..x1], values.AsSpan(count));
            }
            var median = (float)RobustStatistics.Median(values.AsSpan(0, count));
            for (var y = y0; y < y1; y++)
            {
                foreach (ref var value in image.Row(y)[x0..x1])
                {
                    value = remove(value, median);
                }
            }
        }
    }

    private static int Boxes(int length, int box) => Math.Max(1, (length + (box / 2)) / box);

    private static (int From, int To) Range(int length, int index, int count) => ((int)((long)length * index / count), (int)((long)length * (index + 1) / count));
}
