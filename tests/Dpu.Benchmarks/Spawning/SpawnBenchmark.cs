using System.Globalization;
using Dpu.Keeper;

namespace Dpu.Benchmarks.Spawning;

/// <summary>
/// 10,000 processes of <c>/bin/true</c> through a keeper, its socket included, beside the bare loop in the same run: what counts is the ratio.
/// </summary>
internal static class SpawnBenchmark
{
    private const int Count = 10_000;

    /// <summary>Both take turns, so that what else the machine does at the time meets both alike.</summary>
    private const int Turns = 10;

    /// <summary>Uses this program's own <c>keeper</c> command as the keeper.</summary>
    public static int Run() => RunAsync(Self()).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(KeeperCommand keeper)
    {
        await using var spawn = new KeeperSpawn(keeper);
        await spawn.Connected;
        BareSpawn.Run(Count / Turns, Environment.ProcessorCount);
        await spawn.RunAsync(Count / Turns, 4);
        foreach (var atATime in new[] { 2, 4, Count / Turns })
        {
            var (bare, kept) = (0.0, 0.0);
            for (var turn = 0; turn < Turns; turn++)
            {
                bare += 1 / BareSpawn.Run(Count / Turns, Environment.ProcessorCount);
                kept += 1 / await spawn.RunAsync(Count / Turns, atATime);
            }

            Print(atATime, Turns / bare, Turns / kept);
        }

        return 0;
    }

    private static void Print(int atATime, double bare, double kept) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} x /bin/true, {(atATime == Count / Turns ? $"{atATime} given at once" : $"{atATime} at a time")}: bare loop {bare:F0}/s, keeper {kept:F0}/s, ratio {kept / bare:F2}"));

    private static KeeperCommand Self()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its program.");
        var entry = Environment.GetCommandLineArgs()[0];
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new KeeperCommand(program, [Path.GetFullPath(entry), "keeper"])
            : new KeeperCommand(program, ["keeper"]);
    }
}
