using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>Makes the raw frame of one chip in one exposure: light, response, electrons, noise, counts, header.</summary>
internal sealed class FrameMaker(SimulationOptions options, Camera camera, SkyModel sky)
{
    /// <summary>Electrons that a pixel holds; more is lost.</summary>
    private const double FullWell = 118_000;
    private const int CountsMax = 65535;

    public FitsImage Make(Detector chip, FramePlan plan)
    {
        var noise = new SeededNoise(options.Seed, Streams.Frame, chip.Chip, plan.Index);
        var pointing = Camera.Pointing(plan.Type == "science" ? plan.Number - 1 : 0);
        var wcs = camera.Wcs(chip.Chip, pointing);
        var image = new FitsImage(options.Width, options.Height, FrameHeader.Make(options, camera, chip, plan, pointing, wcs));
        var light = Light(chip, plan, wcs);
        // The level drifts from exposure to exposure; the overscan drifts with it.
        var level = chip.BiasLevel + (1.5 * noise.Normal());
        for (var y = 0; y < options.Height; y++)
        {
            ReadOut(image.Row(y), y, level, light, chip, noise);
        }
        AddHotPixels(image, chip, plan);
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
            AddStars(light, plan.ExposureSeconds, wcs);
        }
        else
        {
            light.AsSpan().Fill((float)plan.Electrons);
        }
        if (plan.Type == "domeflat")
        {
            LightTheDome(light, chip.Chip);
        }
        for (var i = 0; i < light.Length; i++)
        {
            light[i] = (float)Math.Min(light[i] * chip.Response[i], FullWell);
        }
        return light;
    }

    private void AddStars(float[] light, double seconds, TanWcs wcs)
    {
        var painter = new StarPainter(camera.DataWidth, camera.DataHeight, options.Seeing);
        foreach (var star in sky.Stars)
        {
            if (wcs.SkyToPixel(star.Ra, star.Dec) is { } at)
            {
                painter.Add(light, at.X - 1 - Camera.OverscanColumns, at.Y - 1, star.Flux * seconds);
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

    private static void Digitize(Span<float> pixels)
    {
        foreach (ref var value in pixels)
        {
            value = Math.Clamp(MathF.Round(value), 0, CountsMax);
        }
    }
}
