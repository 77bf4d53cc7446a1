using System.Collections.Immutable;

namespace Dpu.Simulated;

/// <summary>What a simulated process does. Its command says roughly how long it takes; the rest is chance.</summary>
internal sealed record SimulatedWork(TimeSpan Duration, int Lines, int? ExitCode, int? Signal)
{
    /// <summary>The program's name of processes that take milliseconds.</summary>
    public const string Short = "short";

    /// <summary>One of processes that take as long as it takes to give up a node.</summary>
    public const string Endless = "endless";

    public static SimulatedWork Of(ImmutableArray<string> command, Random random)
    {
        var longest = command[0] switch
        {
            Short => TimeSpan.FromMilliseconds(20),
            Endless => TimeSpan.FromSeconds(40),
            _ => TimeSpan.FromSeconds(6),
        };
        var (code, signal) = random.NextDouble() switch
        {
            < 0.85 => (0, (int?)null),
            < 0.96 => (random.Next(1, 256), null),
            _ => ((int?)null, (int?)11),
        };
        return new SimulatedWork(longest * random.NextDouble(), random.Next(0, 3), code, signal);
    }
}
