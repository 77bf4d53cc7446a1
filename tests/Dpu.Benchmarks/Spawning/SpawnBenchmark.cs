using System.Globalization;
using Dpu.Keeper;

namespace Dpu.Benchmarks.Spawning;

/// <summary>
/// 10,000 processes of <c>/bin/true</c> through a keeper, its socket included, beside the bare loop in the same run: what counts is the ratio.
/// </summary>
internal static class SpawnBenchmark
{
    private const int Count = 10_000;
    private const int Rounds = 3;

    /// <summary>Uses this program's own <c>keeper</c> command as the keeper.</summary>
    public static int Run() => RunAsync(Self()).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(KeeperCommand keeper)
    {
        await using var spawn = new KeeperSpawn(keeper);
        await spawn.Connected;
        BareSpawn.Run(Count / 10, 2);
        await spawn.RunAsync(Count / 10, 4);
        foreach (var atATime in new[] { 2, 4, Count })
        {
            var (bare, kept) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                bare.Add(BareSpawn.Run(Count, Environment.ProcessorCount));
                kept.Add(await spawn.RunAsync(Count, atATime));
            }

            Print(atATime, Median(bare), Median(kept));
        }

        return 0;
    }

    private static void Print(int atATime, double bare, double kept) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} x /bin/true, {(atATime == Count ? "all given at once" : $"{atATime} at a time")}: bare loop {bare:F0}/s, keeper {kept:F0}/s, ratio {kept / bare:F2}"));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static KeeperCommand Self()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its program.");
        var entry = Environment.GetCommandLineArgs()[0];
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new KeeperCommand(program, [Path.GetFullPath(entry), "keeper"])
            : new KeeperCommand(program, ["keeper"]);
    }
}
