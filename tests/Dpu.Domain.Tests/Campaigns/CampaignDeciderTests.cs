using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Campaigns;

public sealed class CampaignDeciderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly NightlySubmission Nightly = new(
        new Calendar(new TimeOnly(14, 0), [], null, null),
        CatchUp: TimeSpan.FromHours(30),
        "survey",
        "Bias",
        ["-i", "WFI", "-d", "{night}"],
        "night {night}, {date}",
        Priority: 3,
        ["nightly"]);

    private static readonly CampaignPlan Plan = new("KIDS", Nightly, new ResubmitRules(TimesMax: 2, After: TimeSpan.FromMinutes(30), Within: TimeSpan.FromDays(2)));

    [Fact]
    public void A_night_is_submitted_once_its_time_has_come()
    {
        var due = CampaignDecider.Due(Plan, [Job("night 2026-11-25, 2026-11-26", 20261126)], Noon.AddHours(2)).ShouldHaveSingleItem();

        due.Campaign.ShouldBe(new CampaignUnit("KIDS", 20261127, "night 2026-11-26, 2026-11-27", 1));
        due.Asked.Arguments.ShouldBe(["-i", "WFI", "-d", "2026-11-26"]);
        (due.User, due.Sequence, due.Priority).ShouldBe(("survey", "Bias", 3));
        due.Tags.ShouldBe(["nightly"]);
    }

    [Fact]
    public void What_was_missed_is_caught_up_within_bounds_and_in_order() =>
        CampaignDecider.Due(Plan, [], Noon.AddHours(3)).Select(due => due.Campaign.Request).ShouldBe([20261126, 20261127]);

    [Fact]
    public void Before_its_time_nothing_is_due_that_was_submitted() =>
        CampaignDecider.Due(Plan, [Job("night 2026-11-25, 2026-11-26", 20261126)], Noon).ShouldBeEmpty();

    [Fact]
    public void What_is_tried_again_belongs_where_it_belonged()
    {
        var mine = new WorkContext("KIDS", Privileges.MyDb);
        var failed = Failed(1) with { Context = mine };

        var again = CampaignDecider.Due(Plan with { Nightly = null }, [failed], failed.EndedAt!.Value.AddHours(1)).ShouldHaveSingleItem();
        again.Context.ShouldBe(mine);
    }

    [Fact]
    public void What_runs_code_of_a_users_own_is_his_again_also_when_it_was_shown_to_others()
    {
        var failed = Failed(1) with { RanOwnCode = true, Context = new WorkContext("KIDS", Privileges.Users) };

        CampaignDecider.Due(Plan with { Nightly = null }, [failed], failed.EndedAt!.Value.AddHours(1)).ShouldHaveSingleItem().Context.ShouldBe(new WorkContext("KIDS", Privileges.MyDb));
    }

    [Fact]
    public void Asking_twice_gives_the_same_keys_and_each_unit_and_attempt_another()
    {
        var first = CampaignDecider.Due(Plan, [Failed(1)], Noon.AddHours(3));
        var second = CampaignDecider.Due(Plan, [Failed(1)], Noon.AddHours(4));

        second.Select(due => due.Key).ShouldBe(first.Select(due => due.Key));
        first.Select(due => due.Key).ShouldBeUnique();
        first.Length.ShouldBe(3);
    }

    [Fact]
    public void A_failed_unit_is_submitted_again_as_the_next_attempt_with_what_was_asked()
    {
        var failed = Failed(1);

        CampaignDecider.Due(Plan with { Nightly = null }, [failed], failed.EndedAt!.Value.AddMinutes(29)).ShouldBeEmpty();
        var due = CampaignDecider.Due(Plan with { Nightly = null }, [failed], failed.EndedAt.Value.AddMinutes(30)).ShouldHaveSingleItem();

        due.Campaign.ShouldBe(failed.Campaign with { Attempt = 2 });
        (due.User, due.Sequence, due.Asked, due.Priority).ShouldBe((failed.User, failed.Sequence, failed.Asked, failed.Priority));
    }

    [Fact]
    public void What_is_due_next_is_the_nearest_of_the_next_night_and_the_failures_so_far()
    {
        var failed = Failed(1);
        var again = failed.EndedAt!.Value.AddMinutes(30);

        CampaignDecider.NextAfter(Plan, [failed], again.AddTicks(-1)).ShouldBe(again);
        CampaignDecider.NextAfter(Plan, [failed], again).ShouldBe(Noon.AddHours(2));
        CampaignDecider.NextAfter(Plan, [Failed(3)], Noon.AddHours(2)).ShouldBe(Noon.AddHours(26));
        CampaignDecider.NextAfter(Plan with { Nightly = null }, [Failed(3)], again.AddTicks(-1)).ShouldBeNull();
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_unit_is_submitted_again_as_often_as_the_rule_says(int attempt, bool again) =>
        CampaignDecider.Due(Plan with { Nightly = null }, [Failed(attempt)], Noon.AddHours(1)).IsEmpty.ShouldBe(!again);

    [Fact]
    public void What_failed_long_ago_and_what_did_not_fail_is_left_alone()
    {
        var plan = Plan with { Nightly = null };

        CampaignDecider.Due(plan, [Failed(1)], Noon.AddDays(2)).ShouldBeEmpty();
        foreach (var status in new[] { JobStatus.Finished, JobStatus.Cancelled, JobStatus.Running, JobStatus.Held, JobStatus.Queued })
        {
            CampaignDecider.Due(plan, [Failed(1) with { Status = status }], Noon.AddHours(1)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Without_rules_nothing_is_ever_due()
    {
        var named = new CampaignPlan("KIDS", null, null);

        CampaignDecider.Due(named, [Failed(1)], Noon.AddHours(1)).ShouldBeEmpty();
        CampaignDecider.NextAfter(named, [Failed(1)], Noon).ShouldBeNull();
    }

    private static CampaignJob Failed(int attempt) =>
        Job("8,6", 7) with { Campaign = new CampaignUnit("KIDS", 7, "8,6", attempt), Status = JobStatus.Failed, EndedAt = Noon };

    private static CampaignJob Job(string unit, int request) => new(
        new JobId(1), new CampaignUnit("KIDS", request, unit, 1), JobStatus.Finished, Noon, "ann", "Reduce", new AskedOptions(["-i", "WFI"], null, 5), 1, ["a, b"]);
}
