using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class QuarantineTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly HealthPolicy Health = SchedulingPolicy.Usual.Health;

    [Fact]
    public void A_node_that_fails_everything_fast_loses_few_tasks_and_the_others_do_the_work()
    {
        // Without a quarantine it would draw in every task: it is always the first that is free.
        var story = Cluster(ill: "a", jobs: 8, tasksPerJob: 50, until: 1e9);
        story.Run(3600);

        story.Ended.Count.ShouldBe(400);
        story.Bench.Status("a").State.ShouldBe(NodeState.Quarantined);
        story.Bench.Status("a").Reason!.ShouldStartWith("it failed 3 tasks of 3 jobs within 10 s each (Recipe1, Recipe2, Recipe3)");
        story.Failed.Count.ShouldBeLessThan(30);
    }

    [Fact]
    public void It_is_tried_with_one_task_at_a_time_later_each_time_and_released_when_one_ends_normally()
    {
        var story = Cluster(ill: "a", jobs: 8, tasksPerJob: 200, until: 400);
        story.Run(3600);

        // Four fail at once, at 5 s; it is tried at 65 s, 190 s and 435 s, and is mended by then.
        story.Failed.Count.ShouldBe(6);
        story.Bench.Status("a").State.ShouldBe(NodeState.Up);
        story.Ended.Count.ShouldBe(1600);

        // 8 cpus until 440 s, 12 from then on: five seconds a task.
        story.SecondsSince(SchedulerBench.Start).ShouldBe(440 + ((1600 - (8 * 440 / 5)) * 5 / 12), 15);
    }

    [Fact]
    public void A_quarantined_node_gets_exactly_one_task_when_its_time_has_come()
    {
        var bench = Quarantined();
        bench.Announce(SchedulerBench.Simple(50, 20, OneCpu, recipe: "Other"));
        bench.Plan().ShouldAllBe(given => given.Node == "b");
        bench.LookAgainAt.ShouldBe(bench.Now + Health.ProbeAfter);

        bench.Now += Health.ProbeAfter;
        var probe = bench.Plan().Single();
        (probe.Node, probe.Tasks.Length).ShouldBe(("a", 1));
        bench.Plan().ShouldBeEmpty();
        bench.Status("a").Reason!.ShouldEndWith("one task is trying it");

        bench.Free(probe.Job, FreedTask.Ended(probe.Tasks[0], FailureCause.Recipe, 1));
        bench.Plan().ShouldBeEmpty();
        bench.LookAgainAt.ShouldBe(bench.Now + (2 * Health.ProbeAfter));

        bench.Now += 2 * Health.ProbeAfter;
        probe = bench.Plan().Single();
        bench.Free(probe.Job, 100, probe.Tasks[0]);
        bench.Plan().Single().Tasks.Length.ShouldBe(4);
        bench.Status("a").ShouldSatisfyAllConditions(node => node.State.ShouldBe(NodeState.Up), node => node.Reason.ShouldBeNull());
    }

    [Fact]
    public void The_wait_between_two_tries_is_bounded()
    {
        var bench = Quarantined();
        bench.Announce(SchedulerBench.Simple(50, 100, OneCpu, recipe: "Other"));
        bench.Plan();
        var waits = new List<TimeSpan>();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            waits.Add(bench.LookAgainAt!.Value - bench.Now);
            bench.Now = bench.LookAgainAt.Value;
            var probe = bench.Plan().Single();
            bench.Free(probe.Job, FreedTask.Ended(probe.Tasks[0], FailureCause.Launch, null));
            bench.Plan();
        }

        waits.Take(4).Select(wait => wait.TotalMinutes).ShouldBe([1, 2, 4, 8]);
        waits.Skip(6).ShouldAllBe(wait => wait == Health.ProbeAfterMax);
    }

    [Fact]
    public void A_try_that_nobody_will_hear_of_is_made_again()
    {
        var bench = Quarantined();
        bench.Announce(SchedulerBench.Simple(50, 20, OneCpu, recipe: "Other"));
        bench.Plan();
        bench.Now += Health.ProbeAfter;
        bench.Plan().Single().Node.ShouldBe("a");

        bench.End(new JobId(50));
        bench.Announce(SchedulerBench.Simple(51, 20, OneCpu, recipe: "Other"));

        bench.Plan().Count(given => given.Node == "a" && given.Tasks.Length == 1).ShouldBe(1);
    }

    [Fact]
    public void What_began_before_the_quarantine_says_nothing_about_it()
    {
        var bench = Quarantined(before: b =>
        {
            b.Announce(SchedulerBench.Simple(40, 1, OneCpu, recipe: "Long"));
            b.Plan().Single().Node.ShouldBe("a");
        });

        bench.Free(new JobId(40), 1000, 0);

        bench.Plan();
        bench.Status("a").State.ShouldBe(NodeState.Quarantined);
    }

    [Fact]
    public void The_last_node_that_is_up_is_never_quarantined()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        for (var job = 1; job < 20; job++)
        {
            Fail(bench, job, $"Recipe{job}", 1);
        }

        bench.Status("a").State.ShouldBe(NodeState.Up);
    }

    [Fact]
    public void An_ill_node_is_better_than_none()
    {
        var bench = Quarantined();
        bench.Announce(SchedulerBench.Simple(50, 20, OneCpu, recipe: "Other"));
        bench.Leave("b");

        bench.Plan().Single().Node.ShouldBe("a");
        bench.Status("a").State.ShouldBe(NodeState.Up);
    }

    [Theory]
    [InlineData("one recipe", 20, 1, FailureCause.Recipe, 1.0)]
    [InlineData("one job", 1, 20, FailureCause.Recipe, 1.0)]
    [InlineData("slow", 20, 20, FailureCause.Recipe, 60.0)]
    [InlineData("memory", 20, 20, FailureCause.Memory, 1.0)]
    [InlineData("time", 20, 20, FailureCause.Time, 1.0)]
    [InlineData("cancelled", 20, 20, FailureCause.Cancelled, 1.0)]
    public void These_say_nothing_about_a_node(string what, int jobs, int recipes, FailureCause cause, double seconds)
    {
        var bench = Two();
        for (var index = 0; index < 20; index++)
        {
            Fail(bench, 1 + (index % jobs), $"Recipe{index % recipes}", seconds, cause);
        }

        bench.Status("a").State.ShouldBe(NodeState.Up, what);
    }

    [Fact]
    public void A_success_in_between_clears_it()
    {
        var bench = Two();
        for (var index = 0; index < 20; index++)
        {
            Fail(bench, index + 1, $"Recipe{index}", 1);
            if (index % 2 == 1)
            {
                bench.Announce(SchedulerBench.Simple(100 + index, 1, OneCpu));
                bench.Plan().Single().Node.ShouldBe("a");
                bench.Free(new JobId(100 + index), 1, 0);
            }
        }

        bench.Status("a").State.ShouldBe(NodeState.Up);
    }

    [Fact]
    public void Recipes_that_fail_on_other_nodes_too_are_to_blame_themselves()
    {
        var bench = Two();
        bench.Leave("a");
        for (var index = 0; index < 2; index++)
        {
            Fail(bench, index + 1, $"Recipe{index}", 1);
        }

        bench.Join("a", new Resources(4, 0));
        for (var index = 0; index < 20; index++)
        {
            Fail(bench, index + 10, $"Recipe{index % 2}", 1);
        }

        bench.Nodes.Keys.ShouldAllBe(node => bench.Status(node).State == NodeState.Up);
    }

    [Fact]
    public void A_node_that_was_started_anew_is_tried_at_once()
    {
        var bench = Quarantined();
        bench.Announce(SchedulerBench.Simple(50, 20, OneCpu, recipe: "Other"));
        bench.Plan();
        bench.Scheduler.NodeJoined("a", Guid.NewGuid(), new Resources(4, 0), []);

        bench.Plan().Single().Tasks.Length.ShouldBe(1);
    }

    [Fact]
    public void Who_can_only_run_there_is_told_so()
    {
        var bench = Quarantined();
        var rules = StepRules.Usual with { Placement = Placement.Anywhere with { Hosts = [new HostRange("a", 0, 1)] } };
        bench.Announce(SchedulerBench.Simple(50, 1, OneCpu, rules, recipe: "Other"));
        bench.Plan().ShouldBeEmpty();

        bench.Why(new JobId(50)).ShouldHaveSingleItem().ShouldBeOfType<WaitReason.NodesUnfit>().ShouldSatisfyAllConditions(
            unfit => unfit.Nodes.ShouldBe(["a"]),
            unfit => unfit.State.ShouldBe(NodeState.Quarantined));
    }

    private static SchedulerBench Two()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        bench.Join("b", new Resources(4, 0));
        return bench;
    }

    private static SchedulerBench Quarantined(Action<SchedulerBench>? before = null)
    {
        var bench = Two();
        before?.Invoke(bench);
        for (var job = 1; job <= 3; job++)
        {
            Fail(bench, job, $"Recipe{job}", 1);
        }

        bench.Status("a").State.ShouldBe(NodeState.Quarantined);
        return bench;
    }

    /// <summary>A job of one task that fails on the first node that has room.</summary>
    private static void Fail(SchedulerBench bench, int job, string recipe, double seconds, FailureCause cause = FailureCause.Recipe)
    {
        bench.Announce(SchedulerBench.Simple(job, 1, OneCpu, recipe: recipe));
        bench.Plan().Single().Job.ShouldBe(new JobId(job));
        bench.Free(new JobId(job), FreedTask.Ended(0, cause, seconds));
    }

    /// <summary>Three nodes of four cpus; one fails whatever it is given within a second, until it is mended.</summary>
    private static ClusterStory Cluster(string ill, int jobs, int tasksPerJob, double until)
    {
        ClusterStory story = null!;
        var mended = SchedulerBench.Start.AddSeconds(until < 1e8 ? until : 1e8);
        story = new ClusterStory
        {
            Seconds = static (_, _) => 5,
            Fault = (_, _, node) => node == ill && story.Bench.Now < mended ? FailureCause.Launch : null,
        };
        story.At(0, () =>
        {
            foreach (var node in new[] { "a", "b", "c" })
            {
                story.Bench.Join(node, new Resources(4, 0));
            }

            for (var job = 1; job <= jobs; job++)
            {
                story.Bench.Announce(SchedulerBench.Simple(job, tasksPerJob, OneCpu, user: $"user{job}", recipe: $"Recipe{job}"));
            }
        });
        return story;
    }
}
