using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class SchedulerTests
{
    private const double Short = 0.01;
    private const double Long = 5;
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(100);
    private static readonly string[] NodeNames = ["a", "b", "c"];

    private static readonly Arbitrary<IReadOnlyList<Operation>> Operations = (
            from what in Gen.Choose(0, 14)
            from number in Gen.Choose(1, 5)
            from size in Gen.Choose(1, 8)
            from cpus in Gen.Choose(1, 4)
            from memory in Gen.Choose(0, 8)
            from priority in Gen.Choose(0, 2)
            select new Operation(what, number, size, new Resources(cpus, memory), priority))
        .ListOf(40)
        .Select(operations => (IReadOnlyList<Operation>)[.. operations])
        .ToArbitrary();

    [Fact]
    public void No_task_is_lost_or_proposed_twice_and_nodes_that_left_get_nothing() => ForWalks(Long, static _ => { });

    [Fact]
    public void No_node_is_given_more_than_it_has()
    {
        Prop.ForAll(Operations, operations =>
        {
            var bench = new SchedulerBench();
            foreach (var operation in operations)
            {
                var before = bench.Nodes.Keys.ToDictionary(node => node, bench.HeldOn);
                Do(bench, operation, Long);
                foreach (var (name, node) in bench.Nodes)
                {
                    // What jobs say they run there may exceed what it has; then nothing is added.
                    var held = bench.HeldOn(name);
                    var fits = held.Cpus <= node.Capacity.Cpus && held.MemoryBytes <= node.Capacity.MemoryBytes;
                    var unchanged = held.Cpus <= before.GetValueOrDefault(name).Cpus || operation.What is 0 or 1 or 2 or 3;
                    (fits || unchanged).ShouldBeTrue($"{name} has {node.Capacity} and holds {held} after {operation}");
                }
            }
        }).Check(Many);
    }

    [Fact]
    public void Who_comes_first_is_never_passed_over_for_want_of_what_a_later_one_got()
    {
        Prop.ForAll(Operations, operations =>
        {
            // Told all of it before the first plan: no room is kept yet for those that came first then.
            var bench = new SchedulerBench();
            foreach (var operation in operations)
            {
                Do(bench, operation, Long, plan: false);
            }

            var planned = bench.Plan();
            foreach (var given in planned)
            {
                var later = planned
                    .Where(other => other.Node == given.Node && Rank(bench, other.Job).CompareTo(Rank(bench, given.Job)) >= 0)
                    .SelectMany(other => other.Tasks.Select(task => bench.NeedOf(other.Job, task)))
                    .ToList();
                var held = bench.HeldOn(given.Node);
                var free = new Resources(
                    bench.Nodes[given.Node].Capacity.Cpus - held.Cpus + later.Sum(need => need.Cpus),
                    bench.Nodes[given.Node].Capacity.MemoryBytes - held.MemoryBytes + later.Sum(need => need.MemoryBytes));
                bench.Ready.Where(ready => Rank(bench, ready.Job).CompareTo(Rank(bench, given.Job)) < 0)
                    .Select(ready => bench.NeedOf(ready.Job, ready.Task))
                    .ShouldAllBe(need => need.Cpus > free.Cpus || need.MemoryBytes > free.MemoryBytes);
            }
        }).Check(Many);
    }

    [Fact]
    public void Whatever_could_be_given_is_given_but_for_room_that_is_kept() => ForWalks(Long, bench =>
    {
        foreach (var (name, node) in bench.Nodes.Where(node => node.Value.Up && !bench.Drained.Contains(node.Key)))
        {
            var held = bench.HeldOn(name);
            foreach (var (job, task) in bench.Ready)
            {
                var need = bench.NeedOf(job, task);
                if (held.Cpus + need.Cpus <= node.Capacity.Cpus && held.MemoryBytes + need.MemoryBytes <= node.Capacity.MemoryBytes)
                {
                    var step = bench.Jobs[job].Steps.IndexOf(bench.Jobs[job].Steps.Last(s => s.First <= task));
                    bench.Scheduler.Why(job, bench.Now).Steps.Single(wait => wait.Step == step).Reason.ShouldBeOfType<WaitReason.Reserved>();
                }
            }
        }
    });

    [Fact]
    public void The_same_story_gives_the_same_plan() => Prop.ForAll(Operations, operations =>
    {
        var (first, second) = (new SchedulerBench(), new SchedulerBench());
        foreach (var operation in operations)
        {
            Do(first, operation, Short);
            Do(second, operation, Short);
        }

        second.Log.ShouldBe(first.Log);
    }).Check(Many);

    [Theory]
    [InlineData(Short)]
    [InlineData(Long)]
    public void Everything_that_fits_some_node_gets_its_turn(double seconds) => ForWalks(seconds, bench =>
    {
        bench.Join("big", new Resources(4, 8));
        for (var round = 0; bench.Ready.Count > 0 || bench.Held.Count > 0; round++)
        {
            round.ShouldBeLessThan(1000);
            bench.Plan();
            foreach (var (job, task) in bench.Held.Keys.ToList())
            {
                bench.Free(job, seconds, task);
            }
        }
    }, atTheEnd: true);

    [Fact]
    public void Priority_comes_before_age_and_age_before_all_else()
    {
        var bench = new SchedulerBench();
        bench.Announce(Demand(3, tasks: 1));
        bench.Announce(Demand(1, tasks: 1));
        bench.Announce(Demand(2, tasks: 1, priority: 1));
        bench.Join("a", new Resources(1, 0));

        Drain(bench, Long).ShouldBe([2, 1, 3]);
    }

    [Fact]
    public void Later_steps_come_before_earlier_ones_of_the_same_job()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(SchedulerBench.Demand(1, 0, [SchedulerBench.Need(0, 2, new(1, 0)), SchedulerBench.Need(2, 2, new(1, 0))], [new TaskRange(0, 2), new TaskRange(3, 1)]));

        bench.Plan().Single().Tasks.ShouldBe([3]);
    }

    [Fact]
    public void Short_tasks_are_given_ahead_and_long_ones_are_not()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(2, 0));
        bench.Announce(Demand(1, tasks: 1000));
        bench.Plan().Single().Tasks.Length.ShouldBe(2);
        bench.Free(new JobId(1), 0.001, 0, 1);
        bench.Plan().Single().Tasks.Length.ShouldBe(2 * (1 + 32));

        // A job whose tasks are not known to be short gets nothing beside them, and nothing is given ahead behind a long one.
        bench.Announce(Demand(2, tasks: 10, priority: 1));
        bench.Plan().ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_given_ahead_behind_long_tasks()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(2, 0));
        bench.Announce(Demand(1, tasks: 100));
        bench.Plan();
        bench.Free(new JobId(1), 0.001, 0);
        bench.Announce(Demand(2, tasks: 1, priority: 1));
        bench.Plan().Single().Job.ShouldBe(new JobId(2));

        bench.Free(new JobId(1), 0.001, 1);

        bench.Plan().Single().Tasks.Length.ShouldBe(1);
    }

    [Fact]
    public void Work_that_turns_out_long_is_given_ahead_no_more()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(Demand(1, tasks: 1000));
        bench.Plan();
        bench.Free(new JobId(1), 0.001, 0);
        var ahead = bench.Plan().Single().Tasks;
        ahead.Length.ShouldBe(33);

        bench.Free(new JobId(1), 10, [.. ahead]);

        bench.Plan().Single().Tasks.Length.ShouldBe(1);
    }

    [Fact]
    public void What_a_job_runs_on_a_node_that_is_away_stays_reserved_there()
    {
        var bench = new SchedulerBench();
        bench.Announce(Demand(1, tasks: 1) with { Startable = [], Running = [new Reservation(0, "a", SchedulerBench.Start)] });
        bench.Announce(Demand(2, tasks: 1));
        bench.Plan().ShouldBeEmpty();

        bench.Join("a", new Resources(1, 0));
        bench.Scheduler.JobsOn("a").ShouldBe([new JobId(1)]);
        bench.Plan().ShouldBeEmpty();
        bench.Free(new JobId(1), null, 0);

        bench.Plan().Single().Job.ShouldBe(new JobId(2));
    }

    [Fact]
    public void A_proposal_that_is_refused_frees_what_it_held()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(Demand(1, tasks: 2));
        bench.Plan().Single().Tasks.ShouldBe([0]);

        bench.Free(new JobId(1), null, 0);

        bench.Plan().Single().Tasks.ShouldBe([1]);
    }

    [Fact]
    public void A_job_that_is_announced_again_is_known_as_it_says_now()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(2, 0));
        bench.Announce(Demand(1, tasks: 4));
        bench.Plan().Single().Tasks.ShouldBe([0, 1]);

        bench.Announce(Demand(1, tasks: 4) with { Startable = [new TaskRange(2, 2)], Running = [new Reservation(0, "a", SchedulerBench.Start)] });

        bench.Plan().Single().Tasks.ShouldBe([2]);
    }

    [Fact]
    public void A_job_that_has_ended_holds_nothing_and_is_heard_no_more()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(Demand(1, tasks: 4));
        bench.Plan();
        bench.End(new JobId(1));
        bench.Release(new JobId(1), 3);
        bench.Free(new JobId(1), null, 0);

        bench.Plan().ShouldBeEmpty();
        bench.Announce(Demand(2, tasks: 1));
        bench.Plan().Single().Job.ShouldBe(new JobId(2));
    }

    private static JobDemand Demand(int job, int tasks, int priority = 0) =>
        SchedulerBench.Demand(job, priority, [SchedulerBench.Need(0, tasks, new Resources(1, 0))], [new TaskRange(0, tasks)]);

    private static List<int> Drain(SchedulerBench bench, double seconds)
    {
        var order = new List<int>();
        while (bench.Plan() is { IsEmpty: false } planned)
        {
            foreach (var assignment in planned)
            {
                order.Add(assignment.Job.Value);
                bench.Free(assignment.Job, seconds, [.. assignment.Tasks]);
            }
        }

        return order;
    }

    private static (int Priority, int Age) Rank(SchedulerBench bench, JobId job) => (-bench.Jobs[job].Priority, job.Value);

    private static void ForWalks(double seconds, Action<SchedulerBench> holds, bool atTheEnd = false) => Prop.ForAll(Operations, operations =>
    {
        var bench = new SchedulerBench();
        foreach (var operation in operations)
        {
            Do(bench, operation, seconds);
            if (!atTheEnd)
            {
                holds(bench);
            }
        }

        if (atTheEnd)
        {
            holds(bench);
        }
    }).Check(Many);

    private static void Do(SchedulerBench bench, Operation operation, double seconds, bool plan = true)
    {
        var job = new JobId(operation.Number);
        var held = bench.Held.Keys.Where(task => task.Job == job).Select(task => task.Task).Order().Take(operation.Size).ToArray();
        switch (operation.What)
        {
            case 0:
                bench.Join(NodeNames[operation.Number % NodeNames.Length], operation.Need);
                break;
            case 1:
                bench.Leave(NodeNames[operation.Number % NodeNames.Length]);
                break;
            case 12:
                bench.Drain(NodeNames[operation.Number % NodeNames.Length]);
                break;
            case 13:
                bench.Resume(NodeNames[operation.Number % NodeNames.Length]);
                break;
            case 14:
                bench.Lose(NodeNames[operation.Number % NodeNames.Length]);
                break;
            case 2:
                bench.End(job);
                break;
            case 3 or 4 or 5:
                bench.Announce(operation.Demand(bench));
                break;
            case 6:
                bench.Release(job, [.. Enumerable.Range(operation.Size, operation.Priority)]);
                break;
            case 7:
                bench.Free(job, null, held);
                bench.Release(job, held);
                break;
            default:
                bench.Free(job, seconds, held);
                break;
        }

        if (plan)
        {
            bench.Plan();
        }
    }

    /// <summary>Something that the scheduler is told.</summary>
    private sealed record Operation(int What, int Number, int Size, Resources Need, int Priority)
    {
        /// <summary>A job of two steps of different needs; once in a while it says that some of it runs.</summary>
        public JobDemand Demand(SchedulerBench bench)
        {
            var running = What == 3 && bench.Nodes.Count > 0 ? ImmutableArray.Create(new Reservation(0, bench.Nodes.Keys.Order(StringComparer.Ordinal).First(), SchedulerBench.Start)) : [];
            var startable = running.IsEmpty ? new TaskRange(0, Size + 3) : new TaskRange(1, Size + 2);
            return SchedulerBench.Demand(
                Number, Priority, [SchedulerBench.Need(0, Size, Need), SchedulerBench.Need(Size, 12, new Resources(1, 1))], [startable], running);
        }
    }
}
