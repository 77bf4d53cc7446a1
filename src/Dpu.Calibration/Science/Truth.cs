using System.Text.Json;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Science;

/// <summary>A simulated star. Flux in electrons per second where the response is 1.</summary>
/// <param name="Exposures">In how many exposures its centre falls on a chip.</param>
internal readonly record struct TrueStar(double Ra, double Dec, double Magnitude, double Flux, int Exposures);

/// <summary>A simulated chip.</summary>
internal readonly record struct TrueChip(string Name, double ReadNoiseAdu, double Gain);

/// <summary>What <c>simulate</c> put into its frames, from <c>truth.json</c>.</summary>
/// <param name="SkyPerSecond">Electrons per second and pixel.</param>
/// <param name="SeeingPixels">Width of a star at half maximum.</param>
/// <param name="PixelScale">Arc seconds.</param>
internal sealed record Truth(
    double ExposureSeconds, double SkyPerSecond, double SeeingPixels, double PixelScale, IReadOnlyList<TrueChip> Chips, IReadOnlyList<TrueStar> Stars)
{
    public static Truth Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new Truth(
                root.GetProperty("exptime").GetDouble(),
                root.GetProperty("skyElectronsPerSecond").GetDouble(),
                root.GetProperty("seeingPixels").GetDouble(),
                root.GetProperty("pixelScale").GetDouble(),
                [.. root.GetProperty("chips").EnumerateArray().Select(Chip)],
                [.. root.GetProperty("stars").EnumerateArray().Select(Star)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RecipeException($"{path} is no truth table of simulate: {e.Message.ReplaceLineEndings(" ")}", RecipeException.WrongInput, e);
        }
    }

    /// <summary>
    /// The signal-to-noise that a fit of the star's own (Gaussian) profile would have in all its exposures together: sky and
    /// read noise count on 4 pi sigma² pixels (King 1983, PASP 95, 163).
    /// </summary>
    public double SignalToNoise(TrueStar star)
    {
        var sigma = SeeingPixels / 2.3548;
        var readNoise = Chips.Count > 0 ? Chips.Average(c => c.ReadNoiseAdu * c.Gain) : 0;
        var electrons = star.Flux * ExposureSeconds * star.Exposures;
        var pixel = star.Exposures * ((SkyPerSecond * ExposureSeconds) + (readNoise * readNoise));
        return electrons > 0 ? electrons / Math.Sqrt(electrons + (4 * Math.PI * sigma * sigma * pixel)) : 0;
    }

    /// <summary>The stars that nobody disturbs: no other one of at least a hundredth of their flux within five widths of a star.</summary>
    public IReadOnlySet<TrueStar> Isolated()
    {
        var radius = 5 * SeeingPixels * PixelScale / 3600;
        var byDec = Stars.OrderBy(s => s.Dec).ToArray();
        var isolated = new HashSet<TrueStar>();
        var first = 0;
        foreach (var star in byDec)
        {
            while (byDec[first].Dec < star.Dec - radius) { first++; }
            if (!byDec.Skip(first).TakeWhile(o => o.Dec <= star.Dec + radius).Any(o => Disturbs(o, star, radius))) { isolated.Add(star); }
        }

        return isolated;
    }

    private static bool Disturbs(TrueStar other, TrueStar star, double radius)
    {
        if (other == star || other.Flux < 0.01 * star.Flux) { return false; }
        var ra = Math.IEEERemainder(other.Ra - star.Ra, 360) * Math.Cos(star.Dec * Math.PI / 180);
        var dec = other.Dec - star.Dec;
        return (ra * ra) + (dec * dec) < radius * radius;
    }

    private static TrueChip Chip(JsonElement e) => new(
        e.GetProperty("chip").GetString()!, e.GetProperty("readNoiseAdu").GetDouble(), e.GetProperty("gainElectronsPerAdu").GetDouble());

    private static TrueStar Star(JsonElement e) => new(
        e.GetProperty("ra").GetDouble(), e.GetProperty("dec").GetDouble(), e.GetProperty("mag").GetDouble(),
        e.GetProperty("fluxElectronsPerSecond").GetDouble(), e.GetProperty("exposures").GetInt32());
}
