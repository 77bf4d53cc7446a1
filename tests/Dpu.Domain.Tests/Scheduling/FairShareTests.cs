using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class FairShareTests
{
    private static readonly Resources OneCpu = new(1, 0);

    [Fact]
    public void Ten_tasks_are_not_kept_waiting_behind_ten_thousand_of_somebody_else()
    {
        // 16 cpus, tasks of a minute: the 10,000 alone take more than ten hours.
        var story = new ClusterStory();
        story.Bench.Join("a", new Resources(8, 0));
        story.Bench.Join("b", new Resources(8, 0));
        story.At(0, () => story.Bench.Announce(SchedulerBench.Simple(1, 10_000, OneCpu, user: "many")));
        story.At(3600 + 30, () => story.Bench.Announce(SchedulerBench.Simple(2, 10, OneCpu, user: "few")));
        story.Run();

        var submitted = SchedulerBench.Start.AddSeconds(3600 + 30);
        var ten = Enumerable.Range(0, 10).Select(task => (story.Started[(new JobId(2), task)] - submitted).TotalSeconds).ToList();
        ten.Max().ShouldBe(30, "all ten start when the next tasks of the other user end");
        story.Ended.Count.ShouldBe(10_010);
        story.Hours.ShouldBe(10_010 / 16.0 / 60, 0.02, "no cpu stands still for it");
    }

    [Fact]
    public void Two_users_who_begin_together_get_half_each_from_the_first_moment_on()
    {
        var story = new ClusterStory { Seconds = static (_, _) => 600 };
        story.Bench.Join("a", new Resources(8, 0));
        story.At(0, () =>
        {
            story.Bench.Announce(SchedulerBench.Simple(1, 100, OneCpu, user: "one"));
            story.Bench.Announce(SchedulerBench.Simple(2, 100, OneCpu, user: "two"));
        });
        story.Run(0);

        story.Started.Keys.Count(task => task.Job.Value == 1).ShouldBe(4);
        story.Started.Keys.Count(task => task.Job.Value == 2).ShouldBe(4);
    }

    [Fact]
    public void Over_time_users_get_the_same_cpu_time_whatever_their_tasks_are_like()
    {
        // The tasks of one take ten times as long, and two cpus.
        var used = new Dictionary<int, double>();
        var story = new ClusterStory { Seconds = static (job, _) => job.Value == 1 ? 300 : 30 };
        story.Bench.Join("a", new Resources(8, 0));
        story.At(0, () =>
        {
            story.Bench.Announce(SchedulerBench.Simple(1, 10_000, new Resources(2, 0), user: "one"));
            story.Bench.Announce(SchedulerBench.Simple(2, 10_000, OneCpu, user: "two"));
        });
        story.Run(4 * 3600);

        foreach (var (job, _) in story.Ended.Keys)
        {
            used[job.Value] = used.GetValueOrDefault(job.Value) + (job.Value == 1 ? 600 : 30);
        }

        (used[1] / (used[1] + used[2])).ShouldBe(0.5, 0.05);
    }

    [Fact]
    public void What_was_used_long_ago_is_forgotten()
    {
        // One used all of it for a day, and then nobody for twenty half-lives: what counts is what they use now.
        var story = new ClusterStory(SchedulingPolicy.Usual with { ShareHalfLife = TimeSpan.FromHours(1) }) { Seconds = static (_, _) => 600 };
        story.Bench.Join("a", new Resources(8, 0));
        story.At(0, () => story.Bench.Announce(SchedulerBench.Simple(1, 8 * 6 * 24, OneCpu, user: "one")));
        var later = (24 + 20) * 3600;
        story.At(later, () =>
        {
            story.Bench.Announce(SchedulerBench.Simple(2, 100, OneCpu, user: "one"));
            story.Bench.Announce(SchedulerBench.Simple(3, 100, OneCpu, user: "two"));
        });
        story.Run(later);

        story.Started.Keys.Count(task => task.Job.Value == 2).ShouldBe(4);
        story.Started.Keys.Count(task => task.Job.Value == 3).ShouldBe(4);
    }

    [Fact]
    public void Shares_hold_over_years_of_service_and_when_the_clock_jumps()
    {
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { ShareHalfLife = TimeSpan.FromSeconds(1) });
        bench.Join("a", new Resources(2, 0));
        bench.Announce(SchedulerBench.Simple(1, 3, OneCpu, user: "one"));
        bench.Plan();
        foreach (var years in new[] { 1, 5, 3, 20 })
        {
            bench.Now = SchedulerBench.Start.AddYears(years);
            bench.Plan();
        }

        bench.Announce(SchedulerBench.Simple(2, 3, OneCpu, user: "two"));
        bench.Free(new JobId(1), 1e8, 0, 1);
        bench.Plan().ShouldAllBe(given => given.Job == new JobId(2));
    }

    [Fact]
    public void Priority_goes_before_shares_and_shares_before_age()
    {
        var bench = new SchedulerBench();
        bench.Join("a", OneCpu);
        bench.Announce(SchedulerBench.Simple(1, 5, OneCpu, user: "one"));
        bench.Plan();
        bench.Announce(SchedulerBench.Simple(2, 1, OneCpu, user: "two"));
        bench.Announce(SchedulerBench.Simple(3, 1, OneCpu, user: "one", priority: 1));
        bench.Now = bench.Now.AddMinutes(1);
        bench.Why(new JobId(2)).ShouldBe([new WaitReason.Priority(0, 1, 1)]);

        bench.Free(new JobId(1), 60, 0);
        bench.Plan().ShouldHaveSingleItem().Job.ShouldBe(new JobId(3));
        bench.Why(new JobId(1)).ShouldHaveSingleItem().ShouldBeOfType<WaitReason.FairShare>().ShouldSatisfyAllConditions(
            share => share.LowestUser.ShouldBe("two"),
            share => share.OwnShare.ShouldBe(1),
            share => share.LowestShare.ShouldBe(0));

        bench.Free(new JobId(3), 60, 0);
        bench.Plan().ShouldHaveSingleItem().Job.ShouldBe(new JobId(2));
    }
}
