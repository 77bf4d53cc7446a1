using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.TestKit;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>
/// What must always hold, checked after every step of many random worlds. <c>DPU_SEED=n</c> replays one; <c>DPU_SEEDS=n</c> runs so many
/// from <c>DPU_FIRST_SEED</c> on, however long it takes.
/// </summary>
public sealed partial class ClusterSimulationTests(ITestOutputHelper output)
{
    private const int SeedsMin = 300;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    [Fact]
    public void Whatever_fails_nothing_accepted_is_lost_and_nothing_runs_twice()
    {
        if (Number("DPU_SEED") is { } seed)
        {
            output.WriteLine(Describe(seed, ClusterSimulation.Run(seed)));
            return;
        }

        var first = Number("DPU_FIRST_SEED") ?? 1;
        var wanted = Number("DPU_SEEDS");
        var failures = new List<SimulationException>();
        var watch = Stopwatch.StartNew();
        var (seeds, steps) = (0, 0L);
        while (wanted is { } count ? seeds < count : failures.Count == 0 && (seeds < SeedsMin || watch.Elapsed < Budget))
        {
            try
            {
                steps += ClusterSimulation.Run(first + seeds).Steps;
            }
            catch (SimulationException failure)
            {
                failures.Add(failure);
            }

            seeds++;
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{seeds} seeds from {first} in {watch.Elapsed.TotalSeconds:0.0} s: {seeds / watch.Elapsed.TotalSeconds:0.0} seeds/s, {steps / seeds} steps each, {failures.Count} failed");
        output.WriteLine(line);
        Console.WriteLine(line);
        if (failures.Count > 0)
        {
            var kinds = failures.GroupBy(failure => Digits().Replace(failure.InnerException!.Message.Split('\n')[0], "n")).Select(kind => $"{kind.Count(),5} × {kind.Key}");
            throw new SimulationException($"{failures.Count} of {seeds} seeds failed:\n{string.Join('\n', kinds)}\nThe first: {failures[0].Message}", failures[0]);
        }
    }

    [Fact]
    public void A_run_is_its_seed()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            ClusterSimulation.Run(seed).ShouldBe(ClusterSimulation.Run(seed));
        }

        ClusterSimulation.Run(1).ShouldNotBe(ClusterSimulation.Run(2));
    }

    /// <summary>Failures that differ in numbers only are one kind.</summary>
    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Describe(int seed, (ulong Trace, long Steps) run) =>
        string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {run.Steps} steps, trace {run.Trace:x16}");
}
