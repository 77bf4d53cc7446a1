namespace Dpu.Calibration.Simulation;

/// <summary>
/// What a camera does beyond bias, response and noise, each off unless asked for: dark current, a shutter that takes its time, fringes of the night
/// sky, cross talk between chips. The truth about each is here, for recipes to be compared with.
/// </summary>
internal sealed class DetectorEffects(SimulationOptions options, Camera camera)
{
    /// <summary>Pixels from crest to crest.</summary>
    public const double FringePeriod = 24;

    /// <summary>Electrons per second and pixel; hot pixels have more.</summary>
    public double DarkCurrent => options.DarkCurrent;

    /// <summary>How much longer than EXPTIME the pixel is lit, seconds; columns and rows of the light-sensitive part from 0. The blades come from one side and open the middle first.</summary>
    public double ShutterSeconds(int x, int y)
    {
        var (u, v) = ((x + 0.5) / camera.DataWidth, (y + 0.5) / camera.DataHeight);
        return options.ShutterDelay * (1 + (0.3 * Math.Sin(Math.PI * u)) - (0.5 * v));
    }

    /// <summary>The sky's relative excess in a pixel: straight fringes, turned and shifted from chip to chip.</summary>
    public double Fringe(int chip, int x, int y)
    {
        var (sin, cos) = Math.SinCos(0.4 + (0.7 * chip));
        return options.FringeAmplitude * Math.Sin((2 * Math.PI * ((x * cos) + (y * sin)) / FringePeriod) + chip);
    }

    /// <summary>What part of a source chip's signal (ADU) appears in the victim's pixel of the same place: from the next chip all of it, from the one before half with the other sign.</summary>
    public double CrossTalk(int victim, int source) => ((source - victim + options.Chips) % options.Chips) switch
    {
        1 => options.CrossTalk,
        var d when d == options.Chips - 1 && d > 1 => -0.5 * options.CrossTalk,
        _ => 0,
    };

    public void AddFringes(Span<float> light, int chip)
    {
        for (var i = 0; options.FringeAmplitude != 0 && i < light.Length; i++)
        {
            light[i] *= (float)(1 + Fringe(chip, i % camera.DataWidth, i / camera.DataWidth));
        }
    }

    public void OpenShutter(Span<float> light, double seconds)
    {
        for (var i = 0; options.ShutterDelay != 0 && i < light.Length; i++)
        {
            light[i] *= (float)(1 + (ShutterSeconds(i % camera.DataWidth, i / camera.DataWidth) / seconds));
        }
    }
}
