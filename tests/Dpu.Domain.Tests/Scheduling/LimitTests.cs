using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class LimitTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly string[] NodeNames = ["a", "b", "c"];
    private static readonly string[] Recipes = ["Free", "Limited"];

    private static readonly SchedulingPolicy Limits = SchedulingPolicy.Usual with
    {
        RunningPerUserMax = 7,
        RecipeLimits = SchedulingPolicy.Usual.RecipeLimits.Add("Limited", 5),
    };

    /// <summary>Other rules with the same limits for what is checked.</summary>
    private static readonly SchedulingPolicy OtherWords = Limits with
    {
        RecipeLimits = Limits.RecipeLimits.Add("Free", 1000),
        ShareHalfLife = TimeSpan.FromSeconds(3),
        LocalityWait = TimeSpan.Zero,
        Patience = TimeSpan.Zero,
    };

    private static readonly Arbitrary<(int[] Moves, JobDemand[] Jobs)> Stories = (
            from jobs in Gen.Choose(1, 6).SelectMany(Jobs)
            from moves in Gen.Choose(0, 1000).ListOf(40)
            select (moves.ToArray(), jobs.ToArray()))
        .ToArbitrary();

    /// <summary>Whoever runs what, in whatever order it comes and goes, and however short it is: given ahead or not.</summary>
    [Theory]
    [InlineData(0.001)]
    [InlineData(5)]
    public void No_limit_is_ever_exceeded_and_everything_is_run(double seconds) => Prop.ForAll(Stories, story =>
    {
        var bench = new SchedulerBench(Limits);
        bench.Join("a", new Resources(4, 100), "fast");
        bench.Join("b", new Resources(2, 100));
        bench.Join("c", new Resources(8, 200), "fast", "gpu");
        foreach (var job in story.Jobs)
        {
            bench.Announce(job);
            Check(bench);
        }

        foreach (var move in story.Moves)
        {
            Step(bench, move, seconds);
            Check(bench);
        }

        for (var round = 0; bench.Ready.Count > 0 || bench.Held.Count > 0; round++)
        {
            round.ShouldBeLessThan(500, string.Join('\n', bench.Jobs.Keys.SelectMany(job => bench.Why(job)).Distinct()));
            bench.Now = bench.Now.AddSeconds(10);
            bench.Join(NodeNames[round % 3], Capacity(NodeNames[round % 3]), Tags(NodeNames[round % 3]));
            Check(bench);
            foreach (var (job, task) in bench.Held.Keys.ToList())
            {
                bench.Free(job, seconds, task);
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void The_same_story_with_all_rules_gives_the_same_plan() => Prop.ForAll(Stories, story =>
    {
        var benches = new[] { new SchedulerBench(Limits), new SchedulerBench(Limits) };
        foreach (var bench in benches)
        {
            bench.Join("a", new Resources(4, 100), "fast");
            bench.Join("c", new Resources(8, 200), "fast", "gpu");
            foreach (var job in story.Jobs)
            {
                bench.Announce(job);
            }

            foreach (var move in story.Moves)
            {
                Step(bench, move, 0.001);
                bench.Plan();
            }
        }

        benches[1].Log.ShouldBe(benches[0].Log);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void A_user_who_runs_as_much_as_he_may_waits_alone()
    {
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { RunningPerUserMax = 2 });
        bench.Join("a", new Resources(8, 0));
        bench.Announce(SchedulerBench.Simple(1, 5, OneCpu, user: "one"));
        bench.Announce(SchedulerBench.Simple(2, 5, OneCpu, user: "two"));

        bench.Plan().Select(given => (given.Job.Value, given.Tasks.Length)).ShouldBe([(1, 2), (2, 2)]);
        bench.Why(new JobId(1)).ShouldBe([new WaitReason.Limited("user", "one", 2, 2)]);
        bench.Free(new JobId(1), 5, 0);
        bench.Plan().Single().Job.ShouldBe(new JobId(1));
    }

    [Fact]
    public void A_recipe_has_its_limit_over_all_jobs()
    {
        var bench = new SchedulerBench(Limits);
        bench.Join("a", new Resources(80, 0));
        bench.Announce(SchedulerBench.Simple(1, 4, OneCpu, recipe: "Limited"));
        bench.Announce(SchedulerBench.Simple(2, 4, OneCpu, user: "other", recipe: "Limited"));
        bench.Announce(SchedulerBench.Simple(3, 3, OneCpu, user: "third"));

        bench.Plan().Sum(given => given.Tasks.Length).ShouldBe(8);
        bench.Held.Keys.Count(task => task.Job.Value <= 2).ShouldBe(5);
        bench.Jobs.Keys.SelectMany(bench.Why).ShouldContain(new WaitReason.Limited("recipe", "Limited", 5, 5));
    }

    [Fact]
    public void So_many_of_a_step_at_once_and_so_many_on_a_node()
    {
        var bench = new SchedulerBench();
        bench.Join("a", new Resources(8, 0));
        bench.Join("b", new Resources(8, 0));
        bench.Announce(SchedulerBench.Simple(1, 9, OneCpu, StepRules.Usual with { MaxPerNode = 3 }));
        bench.Plan();
        bench.Held.Values.CountBy(node => node).ShouldBe([new("a", 3), new("b", 3)]);
        bench.Why(new JobId(1)).ShouldBe([new WaitReason.NodesFull(3)]);

        bench.Announce(SchedulerBench.Simple(2, 9, OneCpu, StepRules.Usual with { MaxAtOnce = 2 }));
        bench.Plan().Single().Tasks.Length.ShouldBe(2);
        bench.Why(new JobId(2)).ShouldBe([new WaitReason.Limited("step", "Recipe", 2, 2)]);
    }

    private static Resources Capacity(string node) => node switch { "a" => new(4, 100), "b" => new(2, 100), _ => new(8, 200) };

    private static string[] Tags(string node) => node switch { "a" => ["fast"], "b" => [], _ => ["fast", "gpu"] };

    private static void Step(SchedulerBench bench, int move, double seconds)
    {
        bench.Now = bench.Now.AddSeconds(move % 3);
        if (move % 11 < 2)
        {
            bench.Reconfigure(move % 11 == 0 ? Limits : OtherWords);
        }

        var held = bench.Held.Keys.OrderBy(task => task.Job.Value).ThenBy(task => task.Task).ToList();
        switch (move % 7)
        {
            case 0:
                bench.Leave(NodeNames[move % 3]);
                break;
            case 1 or 2:
                bench.Join(NodeNames[move % 3], Capacity(NodeNames[move % 3]), Tags(NodeNames[move % 3]));
                break;
            case 3 when held.Count > 0:
                var (refused, task) = held[move % held.Count];
                bench.Free(refused, (double?)null, task);
                bench.Release(refused, task);
                break;
            default:
                foreach (var (job, ended) in held.Where((_, index) => index % 3 == move % 3))
                {
                    bench.Free(job, seconds, ended);
                }

                break;
        }
    }

    private static void Check(SchedulerBench bench)
    {
        bench.Plan();
        foreach (var user in bench.Held.Keys.GroupBy(task => bench.Jobs[task.Job].User))
        {
            user.Count().ShouldBeLessThanOrEqualTo(7, $"of {user.Key}");
        }

        bench.Held.Keys.Count(task => bench.Jobs[task.Job].Steps[0].Recipe == "Limited").ShouldBeLessThanOrEqualTo(5);
        foreach (var job in bench.Held.GroupBy(held => held.Key.Job))
        {
            var rules = bench.Jobs[job.Key].Steps[0].Rules;
            job.Count().ShouldBeLessThanOrEqualTo(rules.MaxAtOnce ?? int.MaxValue);
            var nodes = job.CountBy(held => held.Value).ToDictionary();
            nodes.Values.ShouldAllBe(count => count <= (rules.MaxPerNode ?? int.MaxValue));
            nodes.Keys.ShouldAllBe(node => rules.Placement.Tags.All(Tags(node).Contains));
            (rules.Placement.Kind == PlacementKind.Cluster || nodes.Count <= 1).ShouldBeTrue("all on one node");
            job.ShouldAllBe(held => rules.Placement.Hosts.All(host => held.Key.Task < host.First || held.Key.Task >= host.First + host.Count || host.Host == held.Value));
        }
    }

    private static Gen<ImmutableList<JobDemand>> Jobs(int count) => Enumerable.Range(1, count).Aggregate(
        Gen.Constant(ImmutableList<JobDemand>.Empty),
        static (all, number) => from jobs in all from job in Job(number) select jobs.Add(job));

    private static Gen<JobDemand> Job(int number) =>
        from tasks in Gen.Choose(1, 12)
        from cpus in Gen.Choose(1, 2)
        from memory in Gen.Choose(0, 50)
        from perNode in Gen.Choose(0, 3)
        from atOnce in Gen.Choose(0, 4)
        from placing in Gen.Choose(0, 5)
        from seconds in Gen.Choose(0, 2)
        from recipe in Gen.Elements(Recipes)
        from user in Gen.Elements("one", "two")
        from priority in Gen.Choose(0, 1)
        let rules = StepRules.Usual with
        {
            MaxPerNode = perNode == 0 ? null : perNode,
            MaxAtOnce = atOnce == 0 ? null : atOnce,
            ExpectedSeconds = seconds * 3,
            Placement = placing switch
            {
                0 => Placement.Anywhere with { Kind = PlacementKind.SingleNode },
                1 => Placement.Anywhere with { Tags = ["fast"] },
                2 => Placement.Anywhere with { Tags = ["gpu", "fast"] },
                3 => Placement.Anywhere with { Hosts = [new HostRange("a", 0, tasks / 2), new HostRange("c", tasks / 2, tasks - (tasks / 2))] },
                _ => Placement.Anywhere,
            },
        }
        select SchedulerBench.Simple(number, tasks, new Resources(cpus, memory), rules, user, priority, recipe);
}
