using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

/// <summary>A task that needs much gets it although there is always somebody who needs less.</summary>
public sealed class BackfillTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly Resources WholeNode = new(8, 0);
    private static readonly JobId Large = new(5000);

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(5)]
    public void A_task_that_needs_a_whole_node_gets_it_under_a_stream_of_small_ones(double expected)
    {
        // Each lasts a minute whatever is expected, and is of a user who never ran anything.
        var story = Stream(expected, policy: null);
        story.Run(4 * 3600);

        story.Started.ContainsKey((Large, 0)).ShouldBeTrue();
        (story.Started[(Large, 0)] - SchedulerBench.Start.AddSeconds(600)).TotalMinutes.ShouldBeLessThan(15);
    }

    [Fact]
    public void However_wrong_the_estimates_its_node_is_given_nothing_else_once_it_has_waited_long()
    {
        // They say a second and take a minute: each time they seem to end before the room is needed.
        var patience = TimeSpan.FromMinutes(3);
        var story = Stream(expected: 1, SchedulingPolicy.Usual with { Patience = patience });
        story.Run(4 * 3600);

        (story.Started[(Large, 0)] - SchedulerBench.Start.AddSeconds(600)).ShouldBeLessThan(patience + TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Beside_it_run_those_that_end_in_time_and_those_that_need_what_it_does_not()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 100));
        bench.Announce(Job(1, 1, new Resources(2, 10), seconds: 100));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(3, 50), seconds: 1000));
        bench.Announce(Job(3, 1, OneCpu, seconds: 50));
        bench.Announce(Job(4, 1, new Resources(1, 50), seconds: 5000));
        bench.Announce(Job(5, 1, OneCpu, seconds: 5000));
        bench.Announce(Job(6, 1, OneCpu, seconds: 0));

        // At 100 s the large one has its 3 cpus, and one is left over: who ends before may run, one who does not may as well.
        bench.Plan().Select(given => given.Job.Value).ShouldBe([3, 4]);
        bench.Why(new JobId(2)).ShouldBe([new WaitReason.Reserved(new JobId(2), "a", SchedulerBench.Start.AddSeconds(100))]);

        bench.Now = SchedulerBench.Start.AddSeconds(60);
        bench.Free(new JobId(3), 50, 0);
        bench.Plan().ShouldBeEmpty();
        bench.Why(new JobId(5)).ShouldBe([new WaitReason.Reserved(new JobId(2), "a", SchedulerBench.Start.AddSeconds(100))]);

        bench.Now = SchedulerBench.Start.AddSeconds(100);
        bench.Free(new JobId(1), 100, 0);
        bench.Plan().Single().Job.ShouldBe(new JobId(2));
    }

    [Fact]
    public void After_its_patience_nothing_is_let_in_beside_it_not_even_into_what_it_does_not_need()
    {
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { Patience = TimeSpan.FromSeconds(30) });
        bench.Join("a", new Resources(8, 0));
        bench.Announce(Job(1, 1, new Resources(2, 0), seconds: 100));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(7, 0), seconds: 10));
        bench.Announce(Job(3, 1, OneCpu, seconds: 5000));
        bench.Announce(Job(4, 1, OneCpu, seconds: 5000));
        bench.Plan().Single().Job.ShouldBe(new JobId(3));

        bench.Free(new JobId(3), 5000, 0);
        bench.Now = SchedulerBench.Start.AddSeconds(29);
        bench.Plan().Single().Job.ShouldBe(new JobId(4));
        bench.Free(new JobId(4), 5000, 0);
        bench.Release(new JobId(4), 0);
        bench.Now = SchedulerBench.Start.AddSeconds(30);
        bench.Plan().ShouldBeEmpty();
    }

    [Fact]
    public void Where_nobody_knows_how_long_what_runs_takes_nothing_starts_that_needs_the_same()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        bench.Announce(Job(1, 1, OneCpu, seconds: 0));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(4, 0), seconds: 10));
        bench.Announce(Job(3, 9, OneCpu, seconds: 1));

        bench.Plan().ShouldBeEmpty();
        bench.Why(new JobId(3)).ShouldBe([new WaitReason.Reserved(new JobId(2), "a", null)]);
    }

    [Fact]
    public void Other_nodes_go_on()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        bench.Join("b", new Resources(2, 0));
        bench.Announce(Job(1, 1, OneCpu, seconds: 0));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(4, 0), seconds: 10));
        bench.Announce(Job(3, 9, OneCpu, seconds: 0));

        bench.Plan().ShouldHaveSingleItem().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.Length.ShouldBe(2));
    }

    [Fact]
    public void A_higher_priority_goes_before_the_room_that_is_kept()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        bench.Announce(Job(1, 1, OneCpu, seconds: 0));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(4, 0), seconds: 10));
        bench.Announce(Job(3, 9, OneCpu, seconds: 0));
        bench.Plan();
        bench.Announce(Job(4, 1, OneCpu, seconds: 0) with { Priority = 1 });

        bench.Plan().Single().Job.ShouldBe(new JobId(4));
    }

    [Fact]
    public void Room_moves_to_where_it_is_free_sooner_and_goes_with_its_node()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(2, 0));
        bench.Join("b", new Resources(2, 0));
        bench.Announce(Job(1, 1, new Resources(1, 0), seconds: 100));
        bench.Plan();
        bench.Leave("a");
        bench.Announce(Job(2, 1, new Resources(1, 0), seconds: 200));
        bench.Plan().Single().Node.ShouldBe("b");
        bench.Join("a", new Resources(2, 0));
        bench.Announce(Job(3, 1, new Resources(2, 0), seconds: 10));
        bench.Announce(Job(4, 9, OneCpu, seconds: 1000));
        bench.Plan().Single().Node.ShouldBe("b");
        bench.Why(new JobId(3)).ShouldBe([new WaitReason.Reserved(new JobId(3), "a", SchedulerBench.Start.AddSeconds(100))]);

        bench.Leave("a");
        bench.Plan();
        bench.Why(new JobId(3)).ShouldBe([new WaitReason.Busy(new Resources(2, 0), new Resources(0, 0), 1)], "nobody competes for room that is not there");
    }

    [Fact]
    public void The_room_of_a_job_that_is_withdrawn_is_given_to_others()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(4, 0));
        bench.Announce(Job(1, 1, OneCpu, seconds: 0));
        bench.Plan();
        bench.Announce(Job(2, 1, new Resources(4, 0), seconds: 10));
        bench.Announce(Job(3, 9, OneCpu, seconds: 0));
        bench.Plan().ShouldBeEmpty();

        bench.End(new JobId(2));

        bench.Plan().Single().Tasks.Length.ShouldBe(3);
    }

    private static JobDemand Job(int job, int tasks, Resources need, double seconds) =>
        SchedulerBench.Simple(job, tasks, need, StepRules.Usual with { ExpectedSeconds = seconds });

    /// <summary>Small tasks of a minute come a little faster than eight cpus can run them; after ten minutes there is one that needs all eight.</summary>
    private static ClusterStory Stream(double expected, SchedulingPolicy? policy)
    {
        var story = new ClusterStory(policy) { Seconds = static (job, _) => 60 + (job.Value % 7) };
        story.Bench.Join("a", WholeNode);
        for (var number = 1; number <= 500; number++)
        {
            var rules = StepRules.Usual with { ExpectedSeconds = expected };
            var at = number * 7.5;
            var job = SchedulerBench.Simple(number, 1, OneCpu, rules, user: $"user{number}") with { SubmittedAt = SchedulerBench.Start.AddSeconds(at) };
            story.At(at, () => story.Bench.Announce(job));
        }

        story.At(600, () => story.Bench.Announce(SchedulerBench.Simple(Large.Value, 1, WholeNode, user: "large") with { SubmittedAt = SchedulerBench.Start.AddSeconds(600) }));
        return story;
    }
}
