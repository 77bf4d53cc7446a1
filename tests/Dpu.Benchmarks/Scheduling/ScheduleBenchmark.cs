using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Benchmarks.Scheduling;

/// <summary>
/// What the scheduler needs to give one task to a node and take it back, by how many wait: it should not matter. Figures are ratios to the smallest size
/// of the same kind.
/// </summary>
public static class ScheduleBenchmark
{
    private const int Nodes = 16;
    private const int CpusPerNode = 8;
    private const int Measured = 20_000;
    private static readonly int[] Sizes = [1_000, 10_000, 100_000, 1_000_000];
    private static readonly DateTimeOffset Start = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Name, Func<int, IEnumerable<JobDemand>> Jobs)[] Kinds =
    [
        ("one job", static size => [Job(1, "user", size)]),
        ("jobs of 10 tasks, 10 users", static size => Enumerable.Range(0, size / 10).Select(n => Job(n + 1, User(n % 10), 10))),
        ("jobs of 1 task, each of another user", static size => Enumerable.Range(0, size).Select(n => Job(n + 1, User(n), 1))),
        ("half of them in jobs that fit nowhere now", static size => Enumerable.Range(0, size / 10).Select(n => Job(n + 1, User(n % 10), 10, n % 2 == 0 ? 1 : CpusPerNode))),
        ("one job, every second task", static size => [Job(1, "user", size * 2, everySecond: true)]),
        ("jobs of 10 tasks, with a limit on each node", static size => Enumerable.Range(0, size / 10).Select(n => Job(n + 1, User(n % 10), 10, rules: StepRules.Usual with { MaxPerNode = 2 }))),
    ];

    /// <summary>Runs all measurements and prints a line for each.</summary>
    public static void Run()
    {
        foreach (var (name, jobs) in Kinds)
        {
            // Once for the compiler.
            _ = Measure(Sizes[0], jobs);
            var smallest = 0.0;
            foreach (var size in Sizes)
            {
                var (microseconds, bytes) = Measure(size, jobs);
                smallest = size == Sizes[0] ? microseconds : smallest;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{microseconds,8:F2} µs a task with {size,9:N0} waiting: {name} (ratio to {Sizes[0]:N0}: {microseconds / smallest:F2}; {bytes / size:N0} bytes each)"));
            }
        }
    }

    private static (double Microseconds, double Bytes) Measure(int size, Func<int, IEnumerable<JobDemand>> jobs)
    {
        var scheduler = new Scheduler(SchedulingPolicy.Usual);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var job in jobs(size))
        {
            scheduler.JobAnnounced(job);
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (var node = 0; node < Nodes; node++)
        {
            scheduler.NodeJoined($"node{node:00}", Guid.Empty, new Resources(CpusPerNode, 0), []);
        }

        // One node after the other has a task end, a second long, and what was freed is given again. As many wait all the time: what ended waits again.
        var now = Start;
        var running = new Queue<(JobId Job, int Task)>(Given(scheduler.Plan(now).Assignments));
        var watch = Stopwatch.StartNew();
        var given = 0;
        while (given < Measured)
        {
            now = now.AddMilliseconds(8);
            var (job, task) = running.Dequeue();
            scheduler.Advance(now);
            scheduler.Freed(job, [FreedTask.Ended(task, null, 1)]);
            scheduler.Released(job, [new TaskRange(task, 1)], []);
            foreach (var next in Given(scheduler.Plan(now).Assignments))
            {
                running.Enqueue(next);
                given++;
            }
        }

        return (watch.Elapsed.TotalMicroseconds / given, bytes);
    }

    private static IEnumerable<(JobId Job, int Task)> Given(ImmutableArray<Assignment> assignments) =>
        assignments.SelectMany(assignment => assignment.Tasks.Select(task => (assignment.Job, task)));

    private static string User(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}");

    private static JobDemand Job(int id, string user, int tasks, int cpus = 1, bool everySecond = false, StepRules? rules = null) => new(
        new JobId(id),
        user,
        0,
        Start.AddSeconds(id),
        [new StepNeed(0, tasks, new Resources(cpus, 0), "Reduce", rules ?? StepRules.Usual)],
        everySecond ? [.. Enumerable.Range(0, tasks / 2).Select(n => new TaskRange(n * 2, 1))] : [new TaskRange(0, tasks)],
        [],
        []);
}
