using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Actors.Tests.Frontend;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Domain.Shipping;
using Shouldly;
using Xunit;
using Calendar = Dpu.Domain.Campaigns.Calendar;

namespace Dpu.Actors.Tests.Campaigns;

public sealed class CampaignActorTests : IDisposable
{
    private readonly FrontendBench _bench = FrontendBench.Ready();
    private int _failed;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_night_is_submitted_at_its_time_and_only_once()
    {
        _bench.StartCampaigns(Nightly(_bench.World.Time.GetUtcNow().AddHours(3)));

        _bench.World.RunFor(TimeSpan.FromHours(2));
        Submitted().ShouldBeEmpty();
        _bench.World.RunFor(TimeSpan.FromHours(20));

        Submitted().ShouldHaveSingleItem().User.ShouldBe("survey");
    }

    [Fact]
    public void A_restart_neither_forgets_nor_doubles_a_night()
    {
        var plan = Nightly(_bench.World.Time.GetUtcNow().AddHours(3));
        _bench.StartCampaigns(plan);
        _bench.World.RunFor(TimeSpan.FromHours(4));
        _bench.Start();
        _bench.StartCampaigns(plan);
        _bench.World.RunFor(TimeSpan.FromHours(19));
        _bench.Start();
        _bench.World.RunFor(TimeSpan.FromHours(3));
        _bench.StartCampaigns(plan);
        _bench.World.RunFor(TimeSpan.FromHours(1));

        Jobs().Count().ShouldBe(2);
    }

    [Fact]
    public void What_cannot_be_submitted_at_its_time_is_tried_again()
    {
        _bench.Unavailable = "the program is missing";
        _bench.StartCampaigns(Nightly(_bench.World.Time.GetUtcNow().AddMinutes(1)));
        _bench.World.RunFor(TimeSpan.FromHours(2));
        Submitted().ShouldBeEmpty();

        _bench.Unavailable = null;
        _bench.World.RunFor(TimeSpan.FromMinutes(2));

        Submitted().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_failed_unit_is_submitted_again_as_its_next_attempt_until_it_is_enough()
    {
        _bench.StartCampaigns(new CampaignPlan("KIDS", null, new ResubmitRules(TimesMax: 2, After: TimeSpan.FromMinutes(10), Within: TimeSpan.FromDays(2))));
        _bench.Submit("by hand", campaign: new("KIDS", 1, "8,6"));
        var attempts = new List<int>();
        for (var announced = NextAnnounced(); announced is not null; announced = NextAnnounced())
        {
            Fail(announced);
            attempts.Add(_bench.UnitOf(announced.Demand.Job)!.Attempt);
        }

        attempts.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void What_came_along_with_a_job_comes_along_when_it_is_submitted_again()
    {
        var settings = new ShippedSettings(ImmutableSortedDictionary<string, string>.Empty.Add("PROJECT", "KIDS"), "[global]\n");
        _bench.StartCampaigns(new CampaignPlan("KIDS", null, new ResubmitRules(TimesMax: 1, After: TimeSpan.FromMinutes(10), Within: TimeSpan.FromDays(2))));
        _bench.Submit("by hand", campaign: new("KIDS", 1, "8,6"), settings: settings);

        Fail(NextAnnounced()!);
        var again = _bench.SpecOf(NextAnnounced()!.Demand.Job);

        (again.Campaign!.Attempt, again.Isolated, again.Settings.Configuration).ShouldBe((2, true, "[global]\n"));
        again.Settings.Variables.ShouldBe(settings.Variables);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(90)]
    public void A_failed_unit_does_not_wait_much_longer_than_its_rule_says(int seconds)
    {
        var after = TimeSpan.FromSeconds(seconds);
        _bench.StartCampaigns(new CampaignPlan("KIDS", null, new ResubmitRules(TimesMax: 2, after, Within: TimeSpan.FromDays(2))));
        _bench.Submit("by hand", campaign: new("KIDS", 1, "8,6"));
        _bench.World.RunFor(TimeSpan.FromMinutes(2.5));

        Fail(Announced().Single());
        _bench.World.RunFor(after - TimeSpan.FromSeconds(1));
        Jobs().ShouldHaveSingleItem();
        _bench.World.RunFor(TimeSpan.FromSeconds(7));

        Jobs().Count().ShouldBe(2);
    }

    [Fact]
    public void Two_submissions_of_a_unit_at_the_same_time_are_two_attempts()
    {
        _bench.Submit("a", campaign: new("KIDS", 1, "8,6"), run: false);
        _bench.Submit("b", campaign: new("KIDS", 1, "8,6"), run: false);
        _bench.World.RunUntilIdle();

        Jobs().Select(job => _bench.UnitOf(job)!.Attempt).ShouldBe([1, 2]);
    }

    private static CampaignPlan Nightly(DateTimeOffset first) => new(
        "KIDS",
        new NightlySubmission(
            new Calendar(TimeOnly.FromDateTime(first.UtcDateTime), [], DateOnly.FromDateTime(first.UtcDateTime), null),
            CatchUp: TimeSpan.FromHours(12),
            "survey",
            "Null",
            [],
            "{night}",
            Priority: 0,
            []),
        null);

    private IEnumerable<JobDemand> Submitted() => Announced().Select(announced => announced.Demand);

    private IEnumerable<JobId> Jobs() => Announced().Select(announced => announced.Demand.Job).Distinct();

    private IEnumerable<SchedulerMessage.JobAnnounced> Announced() => _bench.Scheduler.Received.OfType<SchedulerMessage.JobAnnounced>();

    private SchedulerMessage.JobAnnounced? NextAnnounced()
    {
        _bench.World.RunFor(TimeSpan.FromHours(1));
        return _failed < Announced().Count() ? Announced().ElementAt(_failed++) : null;
    }

    private void Fail(SchedulerMessage.JobAnnounced announced)
    {
        var attempt = new AttemptId(announced.Demand.Job, 0, 1);
        announced.Job.Tell(new JobMessage.Assign(GivenJobs.Assign(0), _bench.Node, announced.Announcement));
        announced.Job.Tell(new JobMessage.Reported(
            new JobCommand.ReportEnds("node", [GivenJobs.Report(attempt, FailureCause.Recipe)]), [attempt], _bench.Node));
        _bench.World.RunUntilIdle();
    }
}
