using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Photometry;

namespace Dpu.Calibration.Science;

/// <summary>
/// What brings frames to one scale of flux. Each flat is normalised by itself, but the twilight lights all chips alike: its level tells how much less one
/// chip sees than another. Stars that several frames show tell it better, the transparency of each exposure included, where GPhotometry compared them.
/// </summary>
internal static class FluxScales
{
    /// <summary>Sets the frames' scales; the mean over the frames of the flats' scale stays what it was.</summary>
    /// <param name="frames">To be added.</param>
    /// <param name="method"><c>auto</c>, <c>stars</c>, <c>flat</c> or <c>none</c>.</param>
    /// <param name="log">Where to say what was done.</param>
    public static void Apply(IReadOnlyList<RegriddedInput> frames, string method, Action<string> log)
    {
        if (method == "none") { return; }
        var why = NoStars(frames);
        if (method == "stars" && why is not null) { throw RecipeException.Wrong($"The frames' fluxes cannot be scaled by their stars: {why}."); }
        if (method != "flat" && why is null)
        {
            foreach (var frame in frames) { frame.Scale = frame.Header.GetDouble(GPhotometryKeys.Scale); }
            Report(frames, "as GPhotometry measured", log);
            return;
        }

        if (frames.Any(f => f.Header.Contains(GPhotometryKeys.Scale)) && method == "auto") { log($"Warning : {why}; the levels of the flat fields are used instead"); }
        ByFlats(frames, log);
    }

    /// <summary>The zero point of the scaled frames where all of them have one.</summary>
    public static double? ZeroPoint(IReadOnlyList<RegriddedInput> frames) =>
        frames.All(f => f.Header.Contains(GPhotometryKeys.ZeroPoint))
            ? frames.Average(f => f.Header.GetDouble(GPhotometryKeys.ZeroPoint) + (2.5 * Math.Log10(f.Scale)))
            : null;

    private static string? NoStars(IReadOnlyList<RegriddedInput> frames)
    {
        if (frames.FirstOrDefault(f => !f.Header.Contains(GPhotometryKeys.Scale)) is { } without) { return $"{without.Input.FileName} was not measured by GPhotometry ({GPhotometryKeys.Scale})"; }
        var solutions = frames.Select(f => f.Header.GetString(GPhotometryKeys.Solution, "")).Distinct(StringComparer.Ordinal).ToArray();
        return solutions.Length == 1 ? null : $"they were measured by {solutions.Length} runs of GPhotometry, each of which has a scale of its own ({string.Join(", ", solutions)})";
    }

    private static void ByFlats(IReadOnlyList<RegriddedInput> frames, Action<string> log)
    {
        var levels = frames.Select(f => f.Header.GetDouble("FLATLEV", 0)).ToArray();
        if (levels.Any(l => l <= 0))
        {
            log("Warning : not every frame has FLATLEV, the level of its flat field; fluxes are not brought to one scale");
            return;
        }

        var mean = levels.Average();
        for (var i = 0; i < frames.Count; i++) { frames[i].Scale = mean / levels[i]; }
        Report(frames, "from the levels of the flat fields", log);
    }

    private static void Report(IReadOnlyList<RegriddedInput> frames, string how, Action<string> log) => log(string.Create(CultureInfo.InvariantCulture,
        $"Flux scales are : {frames.Min(f => f.Scale):F4} to {frames.Max(f => f.Scale):F4}, {how}"));
}
