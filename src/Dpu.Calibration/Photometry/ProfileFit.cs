using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Photometry;

/// <summary>Fits a star's profile to its pixels by Levenberg and Marquardt's method, each pixel by its noise.</summary>
internal static class ProfileFit
{
    private const int IterationsMax = 60;
    private const double DampingMax = 1e8;
    private const double Tolerance = 1e-5;
    private const double WidthsOfBox = 2.0;
    private const int Tail = 7;

    /// <param name="Profile">What fits best.</param>
    /// <param name="TailError">One sigma of the profile's t; 0 when it was held.</param>
    /// <param name="ReducedChiSquared">chi² over its freedom.</param>
    internal readonly record struct Result(StarProfile Profile, double TailError, double ReducedChiSquared);

    /// <param name="start">Where to begin.</param>
    /// <param name="pixels">Less their background.</param>
    /// <param name="rms">Noise of the background.</param>
    /// <param name="gain">Electrons per unit; 0 leaves the photons' noise out.</param>
    /// <param name="fitTail">Whether t is fitted as well, or held.</param>
    /// <returns>Null when the fit runs away.</returns>
    public static Result? Fit(StarProfile start, double fwhm, Surroundings pixels, double rms, double gain, bool fitTail)
    {
        var box = Box(start, fwhm, pixels);
        if (box.Count < 30) { return null; }
        var (profile, damping) = (start, 1e-3);
        var system = Accumulate(profile, box, rms, gain, fitTail, profile);
        for (var i = 0; i < IterationsMax && damping < DampingMax; i++)
        {
            if (system.Damped(damping).Solve() is not { } solved) { return null; }
            var next = profile.Moved(Step(solved.Solution, fitTail));
            // Weights stay those of the profile before, so that a step is judged by the same measure.
            var trial = IsSane(next, fwhm) ? Accumulate(next, box, rms, gain, fitTail, profile) : null;
            if (trial is null || trial.ChiSquared > system.ChiSquared)
            {
                damping *= 10;
                continue;
            }

            var gained = system.ChiSquared - trial.ChiSquared;
            (profile, damping) = (next, Math.Max(1e-9, damping / 10));
            system = Accumulate(profile, box, rms, gain, fitTail, profile);
            if (gained < Tolerance * box.Count && i > 1) { break; }
        }

        var freedom = box.Count - system.Size;
        return system.Damped(0).Solve() is { } last && IsSane(profile, fwhm)
            ? new Result(profile, fitTail ? Math.Sqrt(last.Covariance[Tail, Tail]) : 0, system.ChiSquared / freedom)
            : null;
    }

    private readonly record struct PixelValue(int X, int Y, double Value);

    private static List<PixelValue> Box(StarProfile start, double fwhm, Surroundings pixels)
    {
        var (box, reach) = (new List<PixelValue>(), Math.Max(4, WidthsOfBox * fwhm));
        for (var y = (int)Math.Ceiling(start.Y - reach); y <= start.Y + reach; y++)
        {
            for (var x = (int)Math.Ceiling(start.X - reach); x <= start.X + reach; x++)
            {
                var inside = ((x - start.X) * (x - start.X)) + ((y - start.Y) * (y - start.Y)) <= reach * reach;
                if (inside && pixels.Contains(x, y) && pixels.IsOwn(x, y)) { box.Add(new PixelValue(x, y, pixels.Value(x, y, start.X, start.Y))); }
            }
        }

        return box;
    }

    private static bool IsSane(StarProfile p, double fwhm) =>
        p.Amplitude > 0 && p.IsEllipse && p.T is > -0.4 and < 0.9 && p.Fwhm > 0.3 * fwhm && p.Fwhm < 3 * fwhm;

    private static double[] Step(double[] solution, bool fitTail) => fitTail ? solution : [.. solution, 0];

    private static Equations Accumulate(StarProfile profile, List<PixelValue> box, double rms, double gain, bool fitTail, StarProfile weighting)
    {
        var equations = new Equations(fitTail ? StarProfile.Parameters : StarProfile.Parameters - 1);
        Span<double> derivatives = stackalloc double[StarProfile.Parameters];
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        foreach (var pixel in box)
        {
            var expected = weighting == profile ? double.NaN : weighting.Pixel(pixel.X, pixel.Y, unused);
            var model = profile.Pixel(pixel.X, pixel.Y, derivatives);
            var photons = gain > 0 ? Math.Max(0, double.IsNaN(expected) ? model : expected) / gain : 0;
            equations.Add(derivatives, pixel.Value - model, 1 / ((rms * rms) + photons));
        }

        return equations;
    }

    private sealed class Equations(int size)
    {
        private readonly double[,] _matrix = new double[size, size];
        private readonly double[] _right = new double[size];

        public int Size => size;

        public double ChiSquared { get; private set; }

        public void Add(ReadOnlySpan<double> derivatives, double residual, double weight)
        {
            ChiSquared += weight * residual * residual;
            for (var i = 0; i < size; i++)
            {
                _right[i] += weight * derivatives[i] * residual;
                for (var j = 0; j <= i; j++) { _matrix[i, j] += weight * derivatives[i] * derivatives[j]; }
            }
        }

        public SymmetricSystem Damped(double damping)
        {
            var system = new SymmetricSystem(size);
            for (var i = 0; i < size; i++)
            {
                system.AddToRight(i, _right[i]);
                for (var j = 0; j < i; j++)
                {
                    system.AddToMatrix(i, j, _matrix[i, j]);
                    system.AddToMatrix(j, i, _matrix[i, j]);
                }

                system.AddToMatrix(i, i, _matrix[i, i] * (1 + damping));
            }

            return system;
        }
    }
}
