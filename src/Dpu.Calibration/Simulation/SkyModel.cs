using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>A star of the truth table. Flux in electrons per second where the response is 1.</summary>
internal sealed record Star(int Id, double Ra, double Dec, double Magnitude, double Flux);

/// <summary>The field: stars with magnitudes from a power law, on a flat sky.</summary>
internal sealed class SkyModel
{
    /// <summary>Magnitude of a star of one electron per second.</summary>
    public const double ZeroPoint = 25;

    /// <summary>Sky, electrons per second and pixel.</summary>
    public const double Background = 8;
    private const double Brightest = 14;
    private const double Faintest = 22.5;

    // log10 N(<m) grows by 0.3 per magnitude: between the counts of our Galaxy's disk and those of a uniform Euclidean space (0.6).
    private const double Slope = 0.3;

    public SkyModel(Camera camera, SimulationOptions options)
    {
        var noise = new SeededNoise(options.Seed, Streams.Sky);
        var (halfX, halfY) = camera.HalfField;
        const double Step = Camera.Scale / 3600;
        var plane = new TanWcs(Camera.TargetRa, Camera.TargetDec, 0, 0, -Step, 0, 0, Step);
        var stars = new Star[options.Stars];
        for (var i = 0; i < stars.Length; i++)
        {
            var (ra, dec) = plane.PixelToSky(noise.Uniform(-halfX, halfX), noise.Uniform(-halfY, halfY));
            var magnitude = Magnitude(noise.Uniform());
            stars[i] = new Star(i + 1, ra, dec, magnitude, Math.Pow(10, -0.4 * (magnitude - ZeroPoint)));
        }
        Stars = stars;
    }

    public IReadOnlyList<Star> Stars { get; }

    /// <summary>The inverse of the cumulative distribution between the two limits.</summary>
    private static double Magnitude(double uniform)
    {
        var low = Math.Pow(10, Slope * (Brightest - Faintest));
        return Faintest + (Math.Log10(low + (uniform * (1 - low))) / Slope);
    }
}
