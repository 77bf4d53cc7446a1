using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>A kernel that makes one image look like another, and the background between them.</summary>
/// <param name="Pixels">The kernel, row-major.</param>
/// <param name="Radius">Its half side.</param>
/// <param name="Sum">How much more flux the other image has.</param>
/// <param name="Background">Constant, and slopes along u and v from −1 to 1 over the image.</param>
/// <param name="Stamps">Stars that told it.</param>
/// <param name="ReducedChiSquared">Of their pixels.</param>
internal sealed record MatchingKernel(float[] Pixels, int Radius, double Sum, double[] Background, int Stamps, double ReducedChiSquared);

/// <summary>
/// Finds the kernel by least squares over the surroundings of stars, constant over the image. Stars that do not fit are left out: they vary, or have a bad pixel that nobody marked.
/// </summary>
internal sealed class KernelFit
{
    private const int BackgroundTerms = 3;
    private const int PassesMax = 6;

    // Gaussians times powers overlap: without it some combinations of them are not determined.
    private const double Ridge = 1e-7;
    private const double ClipSigma = 4;

    private readonly List<Stamp> _stamps = [];
    private readonly KernelBasis _basis;
    private readonly FitsImage _frame;

    private sealed record Stamp(float[] Frame, float[] Sky, float[] Variance, float[][] Parts, double[] Background)
    {
        public double ChiSquared { get; set; }
    }

    private KernelFit(KernelBasis basis, FitsImage frame) => (_basis, _frame) = (basis, frame);

    /// <param name="reference">NaN where there is no image.</param>
    /// <param name="frame">Of the same size.</param>
    /// <param name="variances">Of the frame's pixels, the sky's alone.</param>
    /// <param name="gain">Electrons per unit of the frame; 0 leaves the photons out.</param>
    /// <param name="stars">Where stars are, pixels from 0.</param>
    /// <param name="stampRadius">How far around a star pixels are used.</param>
    /// <returns>Null when there are too few stars.</returns>
    public static MatchingKernel? Find(
        KernelBasis basis, FitsImage reference, FitsImage frame, float[] variances, double gain, IEnumerable<(double X, double Y)> stars, int stampRadius)
    {
        var fit = new KernelFit(basis, frame);
        foreach (var (x, y) in stars) { fit.Add(reference, variances, gain, (int)Math.Round(x), (int)Math.Round(y), stampRadius); }
        return fit.Solve(gain);
    }

    private void Add(FitsImage reference, float[] variances, double gain, int x, int y, int radius)
    {
        var reach = radius + _basis.Radius;
        if (x < reach || y < reach || x >= reference.Width - reach || y >= reference.Height - reach) { return; }
        var (outer, inner) = ((2 * reach) + 1, (2 * radius) + 1);
        var stamp = new float[outer * outer];
        for (var j = 0; j < outer; j++) { reference.Row(y - reach + j).Slice(x - reach, outer).CopyTo(stamp.AsSpan(j * outer)); }
        var (pixels, sky, variance) = (new float[inner * inner], new float[inner * inner], new float[inner * inner]);
        for (var i = 0; i < pixels.Length; i++)
        {
            var at = ((y - radius + (i / inner)) * _frame.Width) + x - radius + (i % inner);
            pixels[i] = _frame.Pixels[at];
            sky[i] = variances[at];
            variance[i] = sky[i] + (gain > 0 ? Math.Max(0, pixels[i]) / (float)gain : 0);
        }

        if (Array.Exists(stamp, v => !float.IsFinite(v)) || Array.Exists(pixels, v => !float.IsFinite(v)) || Array.Exists(variance, v => !(v > 0) || !float.IsFinite(v))) { return; }
        var (u, v) = ((2 * (x + 0.5) / _frame.Width) - 1, (2 * (y + 0.5) / _frame.Height) - 1);
        _stamps.Add(new Stamp(pixels, sky, variance, _basis.Convolve(stamp, outer), [1, u, v]));
    }

    private MatchingKernel? Solve(double gain)
    {
        var used = _stamps.ToList();
        for (var pass = 0; ; pass++)
        {
            if (used.Count < 3 || Fit(used) is not { } solution) { return null; }
            foreach (var stamp in used) { Judge(stamp, solution, gain); }
            var values = used.Select(s => (float)(s.ChiSquared / s.Frame.Length)).ToArray();
            var median = RobustStatistics.Median(values);
            var sigma = Math.Max(RobustStatistics.SigmaFromMad(values, median), 0.02 * median);
            var next = used.Where(s => (s.ChiSquared / s.Frame.Length) - median <= ClipSigma * sigma).ToList();
            // Once at least with the noise of the model.
            if ((pass > 0 && next.Count == used.Count) || next.Count < 3 || pass == PassesMax)
            {
                var kernel = _basis.Kernel(solution.AsSpan(0, _basis.Count));
                return new MatchingKernel(
                    kernel, _basis.Radius, kernel.Sum(k => (double)k), solution[_basis.Count..], used.Count, used.Sum(s => s.ChiSquared) / (used.Sum(s => s.Frame.Length) - solution.Length));
            }

            used = next;
        }
    }

    private double[]? Fit(List<Stamp> stamps)
    {
        var size = _basis.Count + BackgroundTerms;
        var (matrix, right) = (new double[size, size], new double[size]);
        var row = new double[size];
        foreach (var stamp in stamps)
        {
            for (var i = 0; i < stamp.Frame.Length; i++)
            {
                Fill(stamp, i, row);
                var weight = 1 / stamp.Variance[i];
                for (var a = 0; a < size; a++)
                {
                    var factor = weight * row[a];
                    right[a] += factor * stamp.Frame[i];
                    for (var b = 0; b <= a; b++) { matrix[a, b] += factor * row[b]; }
                }
            }
        }

        var system = new SymmetricSystem(size);
        for (var a = 0; a < size; a++)
        {
            system.AddToRight(a, right[a]);
            system.AddToMatrix(a, a, matrix[a, a] * (1 + Ridge));
            for (var b = 0; b < a; b++)
            {
                system.AddToMatrix(a, b, matrix[a, b]);
                system.AddToMatrix(b, a, matrix[a, b]);
            }
        }

        return system.Solve()?.Solution;
    }

    private void Fill(Stamp stamp, int pixel, double[] row)
    {
        for (var n = 0; n < _basis.Count; n++) { row[n] = stamp.Parts[n][pixel]; }
        for (var n = 0; n < BackgroundTerms; n++) { row[_basis.Count + n] = stamp.Background[n]; }
    }

    /// <summary>Sets the stamp's chi², and its noise to that of the model: by noise of their own, pixels that are too bright would count for less.</summary>
    private void Judge(Stamp stamp, double[] solution, double gain)
    {
        var row = new double[solution.Length];
        stamp.ChiSquared = 0;
        for (var i = 0; i < stamp.Frame.Length; i++)
        {
            Fill(stamp, i, row);
            var model = 0.0;
            for (var n = 0; n < row.Length; n++) { model += row[n] * solution[n]; }
            stamp.Variance[i] = stamp.Sky[i] + (gain > 0 ? Math.Max(0, (float)model) / (float)gain : 0);
            stamp.ChiSquared += Math.Pow(stamp.Frame[i] - model, 2) / stamp.Variance[i];
        }
    }
}
