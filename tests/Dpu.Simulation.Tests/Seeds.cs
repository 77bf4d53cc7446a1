using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>Runs one seed after the other, on every processor at once: each world belongs to one thread, and shares with others only what never changes.</summary>
internal static partial class Seeds
{
    private const int StoryLines = 120;

    /// <param name="first">Where to begin.</param>
    /// <param name="count">How many, however long they take; null for as many as fit.</param>
    /// <param name="budget">How long to go on without a count.</param>
    /// <param name="planted">A bug that is put into every world.</param>
    /// <param name="replays">Whether a seed that fails is run again for its story.</param>
    public static SeedsReport Run(int first, int? count, TimeSpan budget, PlantedBug planted = PlantedBug.None, bool replays = true)
    {
        var failures = new ConcurrentDictionary<int, SimulationException>();
        var (next, ran, steps, tasks, faults, traces) = (first - 1, 0, 0L, 0L, 0L, 0L);
        var watch = Stopwatch.StartNew();
        var before = Environment.CpuUsage.TotalTime;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return new SeedsReport(first, ran, watch.Elapsed, Environment.CpuUsage.TotalTime - before, steps, tasks, faults, traces, [.. failures.OrderBy(failure => failure.Key).Select(failure => new FailedSeed(failure.Key, failure.Value))]);

        void Work()
        {
            while (count is not null || (failures.IsEmpty && watch.Elapsed < budget))
            {
                var seed = Interlocked.Increment(ref next);
                if (count is not null && seed - first >= count)
                {
                    return;
                }

                Interlocked.Increment(ref ran);
                try
                {
                    var run = ClusterSimulation.Run(seed, planted, replays ? StoryLines : 0);
                    Interlocked.Add(ref steps, run.Steps);
                    Interlocked.Add(ref tasks, run.Tasks);
                    Interlocked.Add(ref faults, run.Faults);
                    Interlocked.Add(ref traces, unchecked((long)run.Trace));
                }
                catch (SimulationException failure)
                {
                    failures[seed] = failure;
                }
            }
        }
    }

    /// <summary>Failures that differ in numbers only are one kind.</summary>
    [GeneratedRegex("[0-9]+")]
    internal static partial Regex Digits();
}

/// <summary>A seed in whose world something did not hold.</summary>
internal sealed record FailedSeed(int Seed, SimulationException Reason);

/// <summary>How many seeds ran, and which failed. The sum of the traces is the same whenever the same seeds run, in whichever process: else a failure would not replay.</summary>
internal sealed record SeedsReport(int First, int Count, TimeSpan Time, TimeSpan Worked, long Steps, long Tasks, long Faults, long Traces, IReadOnlyList<FailedSeed> Failures)
{
    private const int SeedsNamed = 5;

    private int Good => Math.Max(1, Count - Failures.Count);

    public string DescribeFailures()
    {
        var kinds = Failures.GroupBy(failure => Seeds.Digits().Replace(failure.Reason.InnerException!.Message.Split('\n')[0], "n"))
            .OrderByDescending(kind => kind.Count())
            .Select(kind => $"{kind.Count(),5} × {kind.Key} (seed {string.Join(", ", kind.Take(SeedsNamed).Select(failure => failure.Seed))})");
        return $"{Failures.Count} of {Count} seeds failed:\n{string.Join('\n', kinds)}\nThe first: {Failures[0].Reason.Message}";
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} seeds from {First} in {Time.TotalSeconds:0.0} s: {Count / Time.TotalSeconds:0.0} seeds/s, {Worked.TotalMilliseconds / Count:0.0} ms of a processor each; each {Steps / Good} steps, {(double)Tasks / Good:0} tasks, {(double)Faults / Good:0.0} faults; {Failures.Count} failed; traces {Traces:x16}");
}
