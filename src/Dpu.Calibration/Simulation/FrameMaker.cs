using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>Makes the raw frame of one chip in one exposure: light, response, electrons, noise, counts, header.</summary>
internal sealed class FrameMaker(SimulationOptions options, Camera camera, SkyModel sky)
{
    /// <summary>Electrons that a pixel holds; more is lost.</summary>
    private const double FullWell = 118_000;
    private const int CountsMax = 65535;
    private readonly DetectorEffects _effects = new(options, camera);
    private readonly SkyEffects _sky = new(options, camera, sky);

    /// <param name="chip">Whose frame.</param>
    /// <param name="plan">Which exposure.</param>
    /// <param name="mosaic">All chips, of which some may be heard in this one; null when there is no cross talk.</param>
    public FitsImage Make(Detector chip, FramePlan plan, IReadOnlyList<Detector>? mosaic = null)
    {
        var noise = new SeededNoise(options.Seed, Streams.Frame, chip.Chip, plan.Index);
        var pointing = Camera.Pointing(plan.Type == "science" ? plan.Number - 1 : 0);
        var wcs = camera.Wcs(chip.Chip, pointing);
        var told = plan.Type == "science" ? camera.Told(plan.Number - 1) : pointing;
        var header = FrameHeader.Make(options, camera, chip, plan, told, wcs with { Crval1 = told.Ra, Crval2 = told.Dec, Sip = null });
        var image = new FitsImage(options.Width, options.Height, header);
        var light = Light(chip, plan, wcs);
        // The level drifts from exposure to exposure; the overscan drifts with it.
        var level = chip.BiasLevel + (1.5 * noise.Normal());
        for (var y = 0; y < options.Height; y++)
        {
            ReadOut(image.Row(y), y, level, light, chip, noise);
        }
        AddHotPixels(image, chip, plan);
        foreach (var source in mosaic ?? [])
        {
            AddCrossTalk(image, _effects.CrossTalk(chip.Chip, source.Chip), source, plan);
        }
        Digitize(image.Pixels);
        return image;
    }

    /// <summary>Electrons per pixel on the light-sensitive part; null for a bias.</summary>
    private float[]? Light(Detector chip, FramePlan plan, TanWcs wcs)
    {
        if (plan.Type == "bias")
        {
            return null;
        }
        var (width, height) = (camera.DataWidth, camera.DataHeight);
        var light = new float[width * height];
        if (plan.Type == "science")
        {
            light.AsSpan().Fill((float)(SkyModel.Background * plan.ExposureSeconds));
            _effects.AddFringes(light, chip.Chip);
            _sky.AddStrayLight(light, chip.Chip);
            AddStars(light, plan, wcs);
        }
        else
        {
            light.AsSpan().Fill((float)plan.Electrons);
            _sky.AddStrayLight(light, chip.Chip);
        }
        if (plan.Type == "domeflat")
        {
            LightTheDome(light, chip.Chip);
        }
        if (plan.Type != "dark")
        {
            _effects.OpenShutter(light, plan.ExposureSeconds);
        }
        var dark = (float)(_effects.DarkCurrent * plan.ExposureSeconds);
        for (var i = 0; i < light.Length; i++)
        {
            light[i] = (float)Math.Min((light[i] * chip.Response[i]) + dark, FullWell);
        }
        return light;
    }

    private void AddStars(float[] light, FramePlan plan, TanWcs wcs)
    {
        var painter = new StarPainter(camera.DataWidth, camera.DataHeight, options.Seeing);
        foreach (var star in sky.Stars)
        {
            if (wcs.SkyToPixel(star.Ra, star.Dec) is { } at)
            {
                painter.Add(light, at.X - 1 - Camera.OverscanColumns, at.Y - 1, star.Flux * _sky.Transmission(star, plan) * plan.ExposureSeconds);
            }
        }
    }

    /// <summary>The screen in the dome is not lit evenly: why the large scale is taken from the sky.</summary>
    private void LightTheDome(float[] light, int chip)
    {
        var (cx, cy) = camera.Centre(chip);
        var (halfX, halfY) = camera.HalfField;
        for (var y = 0; y < camera.DataHeight; y++)
        {
            var v = (cy + y - (camera.DataHeight / 2.0)) / halfY;
            for (var x = 0; x < camera.DataWidth; x++)
            {
                var u = (cx + x - (camera.DataWidth / 2.0)) / halfX;
                light[(y * camera.DataWidth) + x] *= (float)(1 + (0.05 * u) - (0.04 * v * v));
            }
        }
    }

    private void ReadOut(Span<float> row, int y, double level, float[]? light, Detector chip, SeededNoise noise)
    {
        var readVariance = chip.ReadNoise * chip.ReadNoise;
        var data = camera.DataWidth;
        for (var x = 0; x < row.Length; x++)
        {
            var at = x - Camera.OverscanColumns;
            if (at < 0 || at >= data)
            {
                row[x] = (float)(level + (chip.ReadNoise * noise.Normal()));
                continue;
            }
            var pixel = (y * data) + at;
            // Photon noise as a normal deviate: every lit frame has hundreds of electrons in a pixel.
            var electrons = light is null ? 0 : light[pixel];
            var sigma = light is null ? chip.ReadNoise : Math.Sqrt(readVariance + (electrons / (chip.Gain * chip.Gain)));
            row[x] = (float)(level + chip.BiasStructure[pixel] + (electrons / chip.Gain) + (sigma * noise.Normal()));
        }
    }

    /// <summary>A hot pixel's charge leaks in during read-out, and some more while the shutter is open.</summary>
    private static void AddHotPixels(FitsImage image, Detector chip, FramePlan plan)
    {
        foreach (var (x, y, value) in chip.HotPixels)
        {
            image[x - 1, y - 1] += (float)(value * (1 + (plan.ExposureSeconds / 600)));
        }
    }

    private void AddCrossTalk(FitsImage image, double coefficient, Detector source, FramePlan plan)
    {
        var wcs = camera.Wcs(source.Chip, Camera.Pointing(plan.Type == "science" ? plan.Number - 1 : 0));
        if (coefficient == 0 || Light(source, plan, wcs) is not { } light)
        {
            return;
        }
        for (var i = 0; i < light.Length; i++)
        {
            image[Camera.OverscanColumns + (i % camera.DataWidth), i / camera.DataWidth] += (float)(coefficient * light[i] / source.Gain);
        }
    }

    private static void Digitize(Span<float> pixels)
    {
        foreach (ref var value in pixels)
        {
            value = Math.Clamp(MathF.Round(value), 0, CountsMax);
        }
    }
}
