using System.Collections.Immutable;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>What a simulated process does. Its command says roughly how long it takes; the rest is chance.</summary>
internal sealed record SimulatedWork(TimeSpan Duration, int Lines, int? ExitCode, int? Signal)
{
    /// <summary>The program's name of processes that take milliseconds.</summary>
    public const string Short = "short";

    public static SimulatedWork Of(ImmutableArray<string> command, Random random)
    {
        var longest = command[0] == Short ? TimeSpan.FromMilliseconds(20) : TimeSpan.FromSeconds(6);
        var (code, signal) = random.NextDouble() switch
        {
            < 0.80 => (0, (int?)null),
            < 0.95 => (random.Next(1, 256), null),
            _ => ((int?)null, (int?)11),
        };
        return new SimulatedWork(longest * random.NextDouble(), random.Next(0, 4), code, signal);
    }
}
