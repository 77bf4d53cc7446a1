namespace Dpu.Calibration.Simulation;

/// <summary>How a star's light changes: magnitudes <c>Amplitude × sin(2π (hours / Period + Phase))</c>, hours from the first science exposure.</summary>
internal readonly record struct Variation(double Amplitude, double PeriodHours, double Phase);

/// <summary>
/// What sky and optics do to the light of stars, each off unless asked for: extinction, thin cloud, stars that vary, and stray light in the flat fields, which makes stars too faint where there is much of it. The truth about each
/// is here, for recipes to be compared with.
/// </summary>
internal sealed class SkyEffects
{
    private const double FaintestVariable = 19;
    private readonly SimulationOptions _options;
    private readonly Camera _camera;
    private readonly Dictionary<int, Variation> _variations = [];

    public SkyEffects(SimulationOptions options, Camera camera, SkyModel sky)
    {
        (_options, _camera) = (options, camera);
        var noise = new SeededNoise(options.Seed, Streams.Variability);
        foreach (var star in sky.Stars.Where(s => s.Magnitude < FaintestVariable).Take(options.Variables))
        {
            _variations[star.Id] = new Variation(noise.Uniform(0.1, 0.5), noise.Uniform(0.2, 2), noise.Uniform());
        }
    }

    public static double Airmass(SimulationOptions options, int number) => Math.Round(1.05 + (options.AirmassStep * (number - 1)), 3);

    /// <summary>Magnitudes that all stars of an exposure lose: in the air, and in cloud, which comes and goes.</summary>
    public double Loss(FramePlan plan) => (_options.Extinction * Airmass(_options, plan.Number)) + Cloud(plan.Number);

    /// <summary>Null for a star that does not vary.</summary>
    public Variation? VariationOf(int star) => _variations.TryGetValue(star, out var variation) ? variation : null;

    /// <summary>The part of a star's constant flux that arrives in an exposure.</summary>
    public double Transmission(Star star, FramePlan plan)
    {
        var variation = VariationOf(star.Id) is { } v ? v.Amplitude * Math.Sin(2 * Math.PI * ((Hours(plan.Number) / v.PeriodHours) + v.Phase)) : 0;
        var loss = Loss(plan) + variation;
        return loss == 0 ? 1 : Math.Pow(10, -0.4 * loss);
    }

    public static double Hours(int number) => (number - 1) * FramePlan.CadenceSeconds / 3600.0;

    /// <summary>Light that reaches a pixel beside that of the scene, as a part of it: none at the middle of the mosaic, all of the option's at its corners. Columns and rows of the light-sensitive part from 0.</summary>
    public double StrayLight(int chip, double x, double y)
    {
        var ((cx, cy), (halfX, halfY)) = (_camera.Centre(chip), _camera.HalfField);
        var (u, v) = (cx + x - (_camera.DataWidth / 2.0), cy + y - (_camera.DataHeight / 2.0));
        return _options.StrayLight * ((u * u) + (v * v)) / ((halfX * halfX) + (halfY * halfY));
    }

    /// <summary>Adds the stray light of an extended scene: of sky and dome, before stars are put in.</summary>
    public void AddStrayLight(Span<float> light, int chip)
    {
        for (var i = 0; _options.StrayLight != 0 && i < light.Length; i++)
        {
            light[i] *= (float)(1 + StrayLight(chip, i % _camera.DataWidth, i / _camera.DataWidth));
        }
    }

    private double Cloud(int number) => _options.Clouds == 0 ? 0 : _options.Clouds * new SeededNoise(_options.Seed, Streams.Clouds, number).Uniform();
}
