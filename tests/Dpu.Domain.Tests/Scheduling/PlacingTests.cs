using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class PlacingTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly JobId First = new(1);

    /// <summary>The shape of a LOFAR mapfile: ten hosts; the first has four files, eight have three, the last has one; eight at once on each.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(2)]
    public void Every_file_of_a_mapfile_is_worked_on_by_its_own_host(int perNode)
    {
        var files = new[] { 4, 3, 3, 3, 3, 3, 3, 3, 3, 1 };
        var hosts = files.Select((count, index) => new HostRange($"lce{index + 1:000}", files.Take(index).Sum(), count)).ToImmutableArray();
        var most = 0;
        var story = new ClusterStory
        {
            Look = now =>
            {
                now.Bench.Held.ShouldAllBe(held => held.Value == hosts.Single(host => held.Key.Task >= host.First && held.Key.Task < host.First + host.Count).Host);
                most = Math.Max(most, now.Bench.Held.Values.CountBy(node => node).Select(count => count.Value).DefaultIfEmpty().Max());
            },
        };
        story.At(0, () =>
        {
            foreach (var host in hosts.Reverse())
            {
                story.Bench.Join(host.Host, new Resources(16, 0));
            }

            story.Bench.Join("other", new Resources(16, 0));
            story.Bench.Announce(SchedulerBench.Simple(1, 29, OneCpu, Rules(Placement.Anywhere with { Hosts = hosts }) with { MaxPerNode = perNode }));
        });
        story.Run();

        story.Ended.Count.ShouldBe(29);
        most.ShouldBe(Math.Min(4, perNode));
    }

    [Fact]
    public void A_task_whose_host_is_away_waits_for_it_and_no_other_task_waits_with_it()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(8, 0));
        bench.Announce(SchedulerBench.Simple(1, 4, OneCpu, Rules(Placement.Anywhere with { Hosts = [new("a", 0, 2), new("b", 2, 2)] })));

        bench.Plan().Single().Tasks.ShouldBe([0, 1]);
        bench.Why(First).ShouldBe([new WaitReason.HostAway("b")]);
        bench.Join("b", new Resources(8, 0));
        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.ShouldBe([2, 3]));
    }

    [Fact]
    public void All_tasks_of_a_single_node_step_run_where_the_first_did_until_that_node_is_lost()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(2, 0));
        bench.Announce(SchedulerBench.Simple(1, 9, OneCpu, Rules(Placement.Anywhere with { Kind = PlacementKind.SingleNode })));
        bench.Plan().Single().Tasks.Length.ShouldBe(2);
        bench.Join("b", new Resources(8, 0));
        bench.Plan().ShouldBeEmpty();
        bench.Why(First).ShouldBe([new WaitReason.Busy(OneCpu, new Resources(0, 0), 1)]);
        bench.Free(First, 5, 0);
        bench.Plan().Single().Node.ShouldBe("a");

        bench.Leave("a");
        bench.Plan().ShouldBeEmpty();
        bench.Why(First).ShouldBe([new WaitReason.HostAway("a")]);
        bench.Free(First, FreedTask.Lost(1), FreedTask.Lost(2));
        bench.Release(First, 1, 2);

        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.Length.ShouldBe(8));
    }

    [Fact]
    public void Tags_are_asked_of_the_node_all_of_them()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(8, 0), "gpu");
        bench.Announce(SchedulerBench.Simple(1, 1, OneCpu, Rules(Placement.Anywhere with { Tags = ["gpu", "large, and fast"] })));
        bench.Plan().ShouldBeEmpty();
        bench.Why(First).ShouldHaveSingleItem().ShouldBeOfType<WaitReason.TagsMissing>().Tags.ShouldBe(["gpu", "large, and fast"]);

        bench.Join("b", new Resources(1, 0), "large, and fast", "gpu", "more");
        bench.Plan().Single().Node.ShouldBe("b");
    }

    [Fact]
    public void A_node_that_failed_a_task_is_avoided_while_another_one_that_is_up_would_do()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 100));
        bench.Join("b", new Resources(1, 100));
        bench.Announce(SchedulerBench.Simple(2, 1, OneCpu) with { SubmittedAt = SchedulerBench.Start.AddDays(-1) });
        bench.Plan();
        bench.Free(new JobId(2), 1, 0);
        bench.Announce(SchedulerBench.Simple(1, 2, OneCpu) with { Needs = [new TaskNeed(0, null, ["a"], null), new TaskNeed(1, null, ["a"], null)] });

        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.ShouldBe([0]));
        bench.Leave("b");
        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("a"), given => given.Tasks.ShouldBe([1]));
    }

    [Fact]
    public void A_task_that_needs_more_than_its_step_is_placed_by_what_it_needs_itself()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(8, 100));
        bench.Announce(SchedulerBench.Simple(1, 3, new Resources(1, 40)) with { Needs = [new TaskNeed(2, 90, [], null)] });
        bench.Plan().Single().Tasks.ShouldBe([0, 1]);
        bench.Status("a").Held.ShouldBe(new Resources(2, 80));

        bench.Free(First, 5, 0, 1);
        bench.Plan().Single().Tasks.ShouldBe([2]);
        bench.Status("a").Held.ShouldBe(new Resources(1, 90));

        bench.Free(First, FreedTask.Ended(2, FailureCause.Memory, 3));
        bench.Scheduler.Released(First, [new TaskRange(2, 1)], [new TaskNeed(2, 180, [], null)]);
        bench.Ready.Add((First, 2));
        bench.Plan().ShouldBeEmpty();
        bench.Why(First).ShouldBe([new WaitReason.TooLarge(new Resources(1, 180), new Resources(8, 100))]);
    }

    [Fact]
    public void A_task_that_waits_and_is_released_with_other_needs_waits_once()
    {
        var bench = new SchedulerBench();
        bench.Announce(SchedulerBench.Simple(1, 3, new Resources(1, 40)));
        bench.Scheduler.Released(First, [new TaskRange(1, 1)], [new TaskNeed(1, 90, [], null)]);
        bench.Scheduler.Released(First, [new TaskRange(1, 1)], [new TaskNeed(1, 95, [], null)]);
        bench.Join("a", new Resources(8, 1000));

        bench.Plan().SelectMany(given => given.Tasks).Order().ShouldBe([0, 1, 2]);
        bench.Status("a").Held.ShouldBe(new Resources(3, 175));
    }

    [Fact]
    public void A_task_waits_for_the_node_that_has_its_data_and_not_longer_than_it_should()
    {
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { LocalityWait = TimeSpan.FromSeconds(8) });
        bench.Join("a", new Resources(1, 0));
        bench.Join("b", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(9, 1, OneCpu, Rules(Placement.Anywhere with { Tags = [] })));
        bench.Plan().Single().Node.ShouldBe("a");
        bench.Announce(SchedulerBench.Simple(1, 2, OneCpu) with { Needs = [new TaskNeed(0, null, [], "a"), new TaskNeed(1, null, [], "a")] });

        bench.Plan().ShouldBeEmpty();
        var until = SchedulerBench.Start.AddSeconds(8);
        bench.LookAgainAt.ShouldBe(until);
        bench.Why(First).ShouldBe([new WaitReason.DataElsewhere("a", until)]);

        bench.Now = SchedulerBench.Start.AddSeconds(3);
        bench.Free(new JobId(9), 3, 0);
        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("a"), given => given.Tasks.ShouldBe([0]));

        bench.Now = until;
        bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.ShouldBe([1]));
        bench.LookAgainAt.ShouldBeNull();
    }

    [Fact]
    public void Nobody_waits_for_a_node_that_is_away()
    {
        var bench = new SchedulerBench();
        bench.Join("b", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(1, 1, OneCpu) with { Needs = [new TaskNeed(0, null, [], "a")] });

        bench.Plan().Single().Node.ShouldBe("b");
    }

    [Fact]
    public void On_the_only_node_nobody_waits_for_data()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(9, 1, OneCpu));
        bench.Plan();

        bench.Announce(SchedulerBench.Simple(1, 1, OneCpu) with { Needs = [new TaskNeed(0, null, [], "a")] });

        bench.Why(First).ShouldNotContain(reason => reason is WaitReason.DataElsewhere);
        bench.LookAgainAt.ShouldBeNull();
    }

    [Fact]
    public void A_job_that_ends_while_it_waits_for_its_data_is_forgotten_with_its_wait()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Join("full", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(9, 2, OneCpu));
        bench.Plan();
        bench.Announce(SchedulerBench.Simple(1, 1, OneCpu) with { Needs = [new TaskNeed(0, null, [], "a")] });
        bench.End(First);
        bench.Join("b", new Resources(1, 0));
        bench.Now = bench.Now.AddHours(1);

        bench.Plan().ShouldBeEmpty();
        bench.LookAgainAt.ShouldBeNull();
    }

    [Fact]
    public void Short_tasks_go_where_there_is_room_before_any_are_given_ahead()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(1, 1000, OneCpu));
        bench.Plan();
        bench.Free(First, 0.001, 0);
        bench.Join("b", new Resources(2, 0));

        bench.Announce(bench.Jobs[First] with { Startable = [new TaskRange(1, 3)] });
        bench.Plan().Select(given => (given.Node, given.Tasks.Length)).ShouldBe([("a", 1), ("b", 2)]);
    }

    private static StepRules Rules(Placement placement) => StepRules.Usual with { Placement = placement };
}
