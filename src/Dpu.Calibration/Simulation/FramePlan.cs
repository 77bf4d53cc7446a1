namespace Dpu.Calibration.Simulation;

/// <summary>One exposure of the night, the same for all chips.</summary>
/// <param name="Index">Its place in the night; names its stream of noise.</param>
/// <param name="Type">The catalog's word: <c>bias</c>, <c>dark</c>, <c>domeflat</c>, <c>twilightflat</c> or <c>science</c>.</param>
/// <param name="Number">Its place among those of its type, from 1.</param>
/// <param name="Start">UTC.</param>
/// <param name="ExposureSeconds">Seconds.</param>
/// <param name="Electrons">Level of a flat, electrons per pixel where the response is 1; 0 for others.</param>
internal sealed record FramePlan(int Index, string Type, int Number, DateTime Start, double ExposureSeconds, double Electrons)
{
    /// <summary>From the start of one science exposure to that of the next, unless they take longer.</summary>
    public const int CadenceSeconds = 120;

    /// <summary>Shared by the chips of one exposure.</summary>
    public string ExposureId => $"WFI.{Start:yyyy-MM-ddTHH:mm:ss.fff}";

    public static IReadOnlyList<FramePlan> Night(SimulationOptions options)
    {
        var levels = new SeededNoise(options.Seed, Streams.Level);
        var frames = new List<FramePlan>();
        void Add(int count, string type, int hour, int minute, int cadenceSeconds, double exposure, Func<int, double> electrons)
        {
            var start = new DateTime(2000, 4, 28, hour, minute, 0, DateTimeKind.Utc);
            for (var i = 0; i < count; i++)
            {
                frames.Add(new FramePlan(frames.Count, type, i + 1, start.AddSeconds(i * cadenceSeconds), exposure, electrons(i)));
            }
        }

        Add(options.Biases, "bias", 19, 0, 40, 0, _ => 0);
        // The lamp is steady to some per cent; the evening sky fades from one exposure to the next.
        Add(options.Domes, "domeflat", 19, 30, 45, 5, _ => 40_000 * levels.Uniform(0.97, 1.03));
        Add(options.Twilights, "twilightflat", 22, 25, 50, 4, i => 60_000 * Math.Pow(0.85, i));
        Add(options.Exposures, "science", 23, 5, CadenceSeconds, options.ExposureSeconds, _ => 0);
        // Behind the others, so that the streams of noise of a plain night stay as they are.
        Add(options.Darks, "dark", 17, 0, (int)options.DarkSeconds + 30, options.DarkSeconds, _ => 0);
        AddRamp(frames, options);
        return frames;
    }

    /// <summary>Pairs of dome flats at rising exposure times, the lamp steady.</summary>
    private static void AddRamp(List<FramePlan> frames, SimulationOptions options)
    {
        var start = new DateTime(2000, 4, 28, 20, 30, 0, DateTimeKind.Utc);
        for (var i = 0; i < 2 * options.Ramp; i++)
        {
            var seconds = 10.0 * ((i / 2) + 1) / options.Ramp;
            frames.Add(new FramePlan(frames.Count, "domeflat", options.Domes + i + 1, start.AddSeconds(i * 45), seconds, 8_000 * seconds));
        }
    }
}
