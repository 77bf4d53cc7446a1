namespace Dpu.Calibration.Simulation;

/// <summary>A pixel of the raw frame, counted from 1, and what is special about it: ADU for a hot one, a fraction of the response for a cold one.</summary>
internal readonly record struct OddPixel(int X, int Y, double Value);

/// <summary>The truth about one chip.</summary>
internal sealed class Detector
{
    private const double PixelResponseScatter = 0.01;
    private const double VignettingAtCorner = 0.25;
    private const double HotPixelsPerMegapixel = 120;
    private const double ColdPixelsPerMegapixel = 80;

    /// <param name="chip">Its index in the mosaic.</param>
    /// <param name="camera">Where it sits.</param>
    /// <param name="seed">The data set's seed.</param>
    public Detector(int chip, Camera camera, ulong seed)
    {
        Chip = chip;
        var noise = new SeededNoise(seed, Streams.Detector, chip);
        BiasLevel = noise.Uniform(180, 220);
        ReadNoise = noise.Uniform(2.0, 3.5);
        Gain = noise.Uniform(1.9, 2.1);
        var (width, height) = (camera.DataWidth, camera.DataHeight);
        var megapixels = width * height / 1e6;
        var taken = new HashSet<(int, int)>();
        // Far above the noise of a combined bias, so that a hot pixel is one by any sensible threshold.
        HotPixels = OddPixels(noise, camera, taken, Math.Max(5, (int)(HotPixelsPerMegapixel * megapixels)), n => 60 * Math.Pow(50, n.Uniform()));
        ColdPixels = OddPixels(noise, camera, taken, Math.Max(5, (int)(ColdPixelsPerMegapixel * megapixels)), n => n.Uniform(0.1, 0.4));
        BiasStructure = MakeBiasStructure(noise, width, height);
        Response = MakeResponse(new SeededNoise(seed, Streams.Pattern, chip), camera, chip);
        foreach (var (x, y, value) in ColdPixels)
        {
            Response[((y - 1) * width) + x - 1 - Camera.OverscanColumns] *= (float)value;
        }
    }

    public int Chip { get; }

    /// <summary>ADU.</summary>
    public double BiasLevel { get; }

    /// <summary>ADU.</summary>
    public double ReadNoise { get; }

    /// <summary>Electrons per ADU.</summary>
    public double Gain { get; }

    public IReadOnlyList<OddPixel> HotPixels { get; }

    public IReadOnlyList<OddPixel> ColdPixels { get; }

    /// <summary>ADU above the overscan's level, the same in every frame; the light-sensitive part only.</summary>
    public float[] BiasStructure { get; }

    /// <summary>What part of the light is seen: vignetting, large-scale and pixel-to-pixel response, cold pixels.</summary>
    public float[] Response { get; }

    private static List<OddPixel> OddPixels(SeededNoise noise, Camera camera, HashSet<(int, int)> taken, int count, Func<SeededNoise, double> value)
    {
        var pixels = new List<OddPixel>(count);
        while (pixels.Count < count)
        {
            var (x, y) = (Camera.OverscanColumns + 1 + noise.Below(camera.DataWidth), 1 + noise.Below(camera.DataHeight));
            if (taken.Add((x, y)))
            {
                pixels.Add(new OddPixel(x, y, value(noise)));
            }
        }
        return pixels;
    }

    /// <summary>A ramp along the columns that the amplifier leaves, and a faint column pattern.</summary>
    private static float[] MakeBiasStructure(SeededNoise noise, int width, int height)
    {
        var columns = new double[width];
        for (var x = 0; x < width; x++)
        {
            columns[x] = 0.3 * noise.Normal();
        }
        var structure = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            var ramp = 1.5 * y / height;
            for (var x = 0; x < width; x++)
            {
                structure[(y * width) + x] = (float)(columns[x] + ramp);
            }
        }
        return structure;
    }

    private static float[] MakeResponse(SeededNoise noise, Camera camera, int chip)
    {
        var (width, height) = (camera.DataWidth, camera.DataHeight);
        var (cx, cy) = camera.Centre(chip);
        var corner = camera.HalfField;
        var norm = 1 / ((corner.X * corner.X) + (corner.Y * corner.Y));
        var (slopeX, slopeY) = (noise.Uniform(-0.02, 0.02), noise.Uniform(-0.02, 0.02));
        var response = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            var v = y - (height / 2.0);
            for (var x = 0; x < width; x++)
            {
                var u = x - (width / 2.0);
                var r2 = (((cx + u) * (cx + u)) + ((cy + v) * (cy + v))) * norm;
                var large = (1 - (VignettingAtCorner * r2)) * (1 + (slopeX * u / width) + (slopeY * v / height));
                response[(y * width) + x] = (float)(large * (1 + (PixelResponseScatter * noise.Normal())));
            }
        }
        return response;
    }
}
