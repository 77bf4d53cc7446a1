namespace Dpu.Calibration.Simulation;

/// <summary>Adds stars with a Gaussian profile, integrated over each pixel: the flux put in is the flux that is there.</summary>
internal sealed class StarPainter(int width, int height, double seeing)
{
    private readonly double _sigma = seeing / 2.3548200450309493;

    /// <summary>Adds <paramref name="flux"/> around the position, counted from 0 at the centre of the first pixel.</summary>
    public void Add(Span<float> image, double x, double y, double flux)
    {
        // Six sigma leave less than one electron of ten million outside.
        var radius = (int)Math.Ceiling(6 * _sigma);
        var (left, right) = Range(x, radius, width);
        var (bottom, top) = Range(y, radius, height);
        if (left > right || bottom > top)
        {
            return;
        }
        var columns = Profile(x, left, right);
        var rows = Profile(y, bottom, top);
        for (var j = bottom; j <= top; j++)
        {
            var row = image.Slice(j * width, width);
            var inRow = flux * rows[j - bottom];
            for (var i = left; i <= right; i++)
            {
                row[i] += (float)(inRow * columns[i - left]);
            }
        }
    }

    private static (int First, int Last) Range(double centre, int radius, int length)
    {
        var nearest = (int)Math.Round(centre);
        return (Math.Max(0, nearest - radius), Math.Min(length - 1, nearest + radius));
    }

    private double[] Profile(double centre, int first, int last)
    {
        var parts = new double[last - first + 1];
        var below = NormalIntegral((first - 0.5 - centre) / _sigma);
        for (var i = first; i <= last; i++)
        {
            var above = NormalIntegral((i + 0.5 - centre) / _sigma);
            parts[i - first] = above - below;
            below = above;
        }
        return parts;
    }

    private static double NormalIntegral(double z) => 0.5 * (1 + Erf(z / Math.Sqrt(2)));

    /// <summary>The error function by the series of Abramowitz and Stegun 7.1.6, of positive terms only: no cancellation.</summary>
    private static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (a > 5)
        {
            return Math.Sign(x);
        }
        var (term, sum) = (a, a);
        for (var n = 1; n < 200 && term > 1e-12 * sum; n++)
        {
            term *= 2 * a * a / ((2 * n) + 1);
            sum += term;
        }
        return Math.Sign(x) * Math.Min(1, 2 / Math.Sqrt(Math.PI) * Math.Exp(-a * a) * sum);
    }
}
