using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class ReconfigureTests
{
    private static readonly Resources OneCpu = new(1, 0);

    [Fact]
    public void A_recipe_that_was_not_limited_is_counted_with_what_runs_of_it()
    {
        var bench = Busy(cpus: 3, tasks: 8);

        bench.Reconfigure(Limit(4));
        bench.Join("b", new Resources(8, 0));
        bench.Plan().Sum(given => given.Tasks.Length).ShouldBe(1, "three run already");
        bench.Why(new JobId(1)).ShouldBe([new WaitReason.Limited("recipe", "Recipe", 4, 4)]);
    }

    [Fact]
    public void A_higher_limit_lets_more_run_at_once_and_none_all()
    {
        var bench = new SchedulerBench(Limit(2));
        bench.Join("a", new Resources(8, 0));
        bench.Announce(SchedulerBench.Simple(1, 8, OneCpu));
        bench.Plan().Single().Tasks.Length.ShouldBe(2);

        bench.Reconfigure(Limit(5));
        bench.Plan().Single().Tasks.Length.ShouldBe(3);
        bench.Reconfigure(SchedulingPolicy.Usual);
        bench.Plan().Single().Tasks.Length.ShouldBe(3);
    }

    [Fact]
    public void What_runs_beyond_a_lower_limit_goes_on_and_nothing_is_added()
    {
        var bench = Busy(cpus: 4, tasks: 8);

        bench.Reconfigure(Limit(2));
        bench.Free(new JobId(1), 5, 0, 1);
        bench.Plan().ShouldBeEmpty();
        bench.Free(new JobId(1), 5, 2);
        bench.Plan().Single().Tasks.Length.ShouldBe(1);
    }

    [Fact]
    public void A_users_limit_holds_at_once_and_is_lifted_at_once()
    {
        var bench = Busy(cpus: 3, tasks: 8);

        bench.Reconfigure(SchedulingPolicy.Usual with { RunningPerUserMax = 2 });
        bench.Join("b", new Resources(2, 0));
        bench.Plan().ShouldBeEmpty();
        bench.Why(new JobId(1)).ShouldBe([new WaitReason.Limited("user", "user", 3, 2)]);
        bench.Reconfigure(SchedulingPolicy.Usual);
        bench.Plan().Single().Tasks.Length.ShouldBe(2);
    }

    /// <summary>One has run for an hour and then nothing; another one comes. Who has used less is first, whatever the half-life is from now on.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(600)]
    public void What_has_been_used_is_remembered_also_of_whoever_has_no_job_now(double minutes)
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(1, 0));
        bench.Announce(SchedulerBench.Simple(1, 1, OneCpu, user: "one"));
        bench.Plan().ShouldHaveSingleItem();
        bench.Now = bench.Now.AddHours(1);
        bench.Free(new JobId(1), 3600, 0);
        bench.End(new JobId(1));

        bench.Reconfigure(SchedulingPolicy.Usual with { ShareHalfLife = TimeSpan.FromMinutes(minutes) });
        bench.Announce(SchedulerBench.Simple(2, 1, OneCpu, user: "one"));
        bench.Announce(SchedulerBench.Simple(3, 1, OneCpu, user: "two"));
        bench.Plan().Single().Job.ShouldBe(new JobId(3));
    }

    [Fact]
    public void A_shorter_half_life_forgets_faster_from_now_on()
    {
        // By the first half-life the two hours of one would count more than the half hour of the other that follows.
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { ShareHalfLife = TimeSpan.FromDays(1) });
        bench.Join("a", new Resources(1, 0));
        Use(bench, 1, "one", TimeSpan.FromHours(2));
        bench.Reconfigure(SchedulingPolicy.Usual with { ShareHalfLife = TimeSpan.FromMinutes(5) });
        Use(bench, 2, "two", TimeSpan.FromMinutes(30));

        // 7200 s after six half-lives are 112 s.
        bench.Announce(SchedulerBench.Simple(3, 1, OneCpu, user: "two"));
        bench.Announce(SchedulerBench.Simple(4, 1, OneCpu, user: "one"));
        bench.Plan().Single().Job.ShouldBe(new JobId(4));
    }

    [Fact]
    public void A_node_is_judged_by_the_new_rules()
    {
        var strict = SchedulingPolicy.Usual with { Health = HealthPolicy.Usual with { JobsMin = 1000 } };
        var bench = new SchedulerBench(strict);
        bench.Join("a", new Resources(8, 0));
        bench.Join("b", new Resources(8, 0));
        bench.Reconfigure(strict with { Health = HealthPolicy.Usual with { JobsMin = 2 } });
        foreach (var (job, recipe) in new[] { (1, "One"), (2, "Two") })
        {
            bench.Announce(SchedulerBench.Simple(job, 1, OneCpu, recipe: recipe));
            bench.Plan().Single().Node.ShouldBe("a");
            bench.Free(new JobId(job), FreedTask.Ended(0, FailureCause.Recipe, 1));
        }

        bench.Plan();
        bench.Status("a").State.ShouldBe(NodeState.Quarantined);
    }

    private static void Use(SchedulerBench bench, int job, string user, TimeSpan time)
    {
        bench.Announce(SchedulerBench.Simple(job, 1, OneCpu, user: user));
        bench.Plan().ShouldHaveSingleItem();
        bench.Now += time;
        bench.Free(new JobId(job), time.TotalSeconds, 0);
        bench.End(new JobId(job));
    }

    private static SchedulingPolicy Limit(int max) => SchedulingPolicy.Usual with { RecipeLimits = SchedulingPolicy.Usual.RecipeLimits.Add("Recipe", max) };

    private static SchedulerBench Busy(int cpus, int tasks)
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(cpus, 0));
        bench.Announce(SchedulerBench.Simple(1, tasks, OneCpu));
        bench.Plan().Single().Tasks.Length.ShouldBe(cpus);
        return bench;
    }
}
