using System.Text.Json;

namespace Dpu.Calibration.Simulation;

/// <summary>Writes <c>truth.json</c>: what went into the frames, to compare with what recipes find.</summary>
internal static class TruthTable
{
    public const string FileName = "truth.json";

    public static void Write(string directory, SimulationOptions options, Camera camera, IReadOnlyList<Detector> chips, SkyModel sky)
    {
        var path = Path.Combine(directory, FileName);
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None))
        using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("instrument", "WFI");
            json.WriteNumber("seed", options.Seed);
            json.WriteString("filter", options.Filter);
            json.WriteNumber("exptime", options.ExposureSeconds);
            json.WriteNumber("zeroPoint", SkyModel.ZeroPoint);
            json.WriteNumber("skyElectronsPerSecond", SkyModel.Background);
            json.WriteNumber("seeingPixels", options.Seeing);
            json.WriteNumber("pixelScale", Camera.Scale);
            json.WriteNumber("darkElectronsPerSecond", options.DarkCurrent);
            json.WriteNumber("shutterSeconds", options.ShutterDelay);
            json.WriteNumber("fringeAmplitude", options.FringeAmplitude);
            json.WriteNumber("crossTalk", options.CrossTalk);
            json.WriteNumber("distortionPixels", options.Distortion);
            json.WriteNumber("extinction", options.Extinction);
            json.WriteNumber("strayLight", options.StrayLight);
            WriteExposures(json, options, new SkyEffects(options, camera, sky));
            WriteChips(json, camera, chips);
            WriteStars(json, options, camera, chips, sky);
            json.WriteEndObject();
        }
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static void WriteExposures(Utf8JsonWriter json, SimulationOptions options, SkyEffects effects)
    {
        json.WriteStartArray("scienceExposures");
        foreach (var plan in FramePlan.Night(options).Where(p => p.Type == "science"))
        {
            json.WriteStartObject();
            json.WriteString("exposure", plan.ExposureId);
            json.WriteNumber("airmass", SkyEffects.Airmass(options, plan.Number));
            json.WriteNumber("magnitudesLost", effects.Loss(plan));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteChips(Utf8JsonWriter json, Camera camera, IReadOnlyList<Detector> chips)
    {
        json.WriteStartArray("chips");
        foreach (var chip in chips)
        {
            json.WriteStartObject();
            json.WriteString("chip", Camera.Name(chip.Chip));
            json.WriteNumber("biasLevelAdu", chip.BiasLevel);
            json.WriteNumber("readNoiseAdu", chip.ReadNoise);
            json.WriteNumber("gainElectronsPerAdu", chip.Gain);
            json.WriteNumber("dataFirstColumn", Camera.OverscanColumns + 1);
            json.WriteNumber("dataWidth", camera.DataWidth);
            json.WriteNumber("dataHeight", camera.DataHeight);
            WritePixels(json, "hotPixels", "adu", chip.HotPixels);
            WritePixels(json, "coldPixels", "response", chip.ColdPixels);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Positions are those of the raw frame, counted from 1.</summary>
    private static void WritePixels(Utf8JsonWriter json, string name, string value, IReadOnlyList<OddPixel> pixels)
    {
        json.WriteStartArray(name);
        foreach (var pixel in pixels)
        {
            json.WriteStartObject();
            json.WriteNumber("x", pixel.X);
            json.WriteNumber("y", pixel.Y);
            json.WriteNumber(value, pixel.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteStars(Utf8JsonWriter json, SimulationOptions options, Camera camera, IReadOnlyList<Detector> chips, SkyModel sky)
    {
        var systems = Enumerable.Range(0, options.Exposures)
            .Select(e => chips.Select(c => camera.Wcs(c.Chip, Camera.Pointing(e))).ToArray())
            .ToArray();
        var effects = new SkyEffects(options, camera, sky);
        json.WriteStartArray("stars");
        foreach (var star in sky.Stars)
        {
            json.WriteStartObject();
            json.WriteNumber("id", star.Id);
            json.WriteNumber("ra", star.Ra);
            json.WriteNumber("dec", star.Dec);
            json.WriteNumber("mag", star.Magnitude);
            json.WriteNumber("fluxElectronsPerSecond", star.Flux);
            if (effects.VariationOf(star.Id) is { } variation)
            {
                json.WriteNumber("variationMag", variation.Amplitude);
                json.WriteNumber("variationPeriodHours", variation.PeriodHours);
                json.WriteNumber("variationPhase", variation.Phase);
            }
            // In how many exposures its centre falls on a chip: 0 means that nothing can find it.
            json.WriteNumber("exposures", systems.Count(e => e.Any(w => w.SkyToPixel(star.Ra, star.Dec) is { } at && camera.IsOnChip(at.X, at.Y))));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
