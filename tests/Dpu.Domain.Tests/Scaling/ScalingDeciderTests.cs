using Dpu.Domain.Scaling;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scaling;

public sealed class ScalingDeciderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ScalingPolicy Policy = new(
        Min: 0, Max: 10, AtOnceMax: 4, TimeSpan.FromMinutes(10), TimeSpan.FromDays(6), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    private static readonly Gen<ScalingPolicy> Policies =
        from min in Gen.Choose(0, 5)
        from more in Gen.Choose(0, 6)
        from atOnce in Gen.Choose(1, 6)
        select Policy with { Min = min, Max = min + more, AtOnceMax = atOnce };

    private static readonly Gen<PilotView[]> Pilots =
        (from phase in Gen.Elements(Enum.GetValues<PilotPhase>()) from age in Gen.Choose(0, 1200) select (phase, age)).ListOf()
        .Select(drawn => drawn.Select((one, index) => new PilotView($"p{index}", one.phase, Now.AddSeconds(-one.age))).ToArray());

    private static readonly Gen<ScalingTarget> Targets = Gen.Choose(-1, 12).Select(nodes => ScalingTarget.Of(nodes < 0 ? null : nodes));

    private static readonly Arbitrary<(ScalingPolicy Policy, ScalingTarget Target, PilotView[] Pilots, int Missing, int Failures)> Situations = (
            from policy in Policies
            from target in Targets
            from pilots in Pilots
            from missing in Gen.Choose(0, 20)
            from failures in Gen.Choose(0, 3)
            select (policy, target, pilots.Take(policy.Max).ToArray(), missing, failures))
        .ToArbitrary();

    [Fact]
    public void There_are_never_more_than_the_maximum_nor_more_on_their_way_than_is_allowed() => Check(s =>
    {
        var step = Decide(s);
        (s.Pilots.Length + step.Submit).ShouldBeLessThanOrEqualTo(s.Policy.Max);
        var onTheirWay = s.Pilots.Count(pilot => pilot.Phase < PilotPhase.Idle);
        (step.Submit == 0 || onTheirWay + step.Submit <= s.Policy.AtOnceMax).ShouldBeTrue();
    });

    [Fact]
    public void What_is_at_work_is_never_taken_back_and_drained_only_for_a_smaller_number() => Check(s =>
    {
        var step = Decide(s);
        var phases = s.Pilots.ToDictionary(pilot => pilot.Name, pilot => pilot.Phase);
        step.Withdraw.ShouldAllBe(name => phases[name] == PilotPhase.Queued || phases[name] == PilotPhase.Starting || phases[name] == PilotPhase.Drained);
        step.Drain.ShouldAllBe(name => phases[name] == PilotPhase.Idle || (phases[name] == PilotPhase.Busy && s.Target is ScalingTarget.Fixed));
    });

    [Fact]
    public void Nobody_is_submitted_and_sent_away_at_once() => Check(s =>
    {
        var step = Decide(s);
        var sent = step.Drain.Concat(step.Withdraw).Except(s.Pilots.Where(pilot => pilot.Phase == PilotPhase.Drained).Select(pilot => pilot.Name));
        (step.Submit > 0 && sent.Any()).ShouldBeFalse();
    });

    /// <summary>A batch system that grants everything, nodes that come up and find what was missing: the number that is wanted is reached, and then nothing more is done.</summary>
    [Fact]
    public void What_is_wanted_is_reached_and_kept() => Check(s =>
    {
        var pilots = s.Pilots.ToList();
        var (now, missing, made) = (Now, s.Missing, 0);
        for (var round = 0; round < 60; round++)
        {
            var step = ScalingDecider.Decide(s.Policy, s.Target, pilots, missing, default, now);
            pilots.RemoveAll(pilot => step.Withdraw.Contains(pilot.Name));
            pilots = [.. pilots.Select(pilot => step.Drain.Contains(pilot.Name) ? pilot with { Phase = PilotPhase.Drained } : Later(pilot, ref missing))];
            pilots.AddRange(Enumerable.Range(0, step.Submit).Select(_ => new PilotView($"new{made++}", PilotPhase.Ordered, now)));
            now = now.AddMinutes(1);
        }

        var last = ScalingDecider.Decide(s.Policy, s.Target, pilots, missing, default, now);
        (last.Submit, last.Drain.Length, last.Withdraw.Length).ShouldBe((0, 0, 0));
        pilots.Count.ShouldBe(last.Wanted);
    });

    [Theory]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(4, 80)]
    [InlineData(40, 600)]
    public void After_failures_it_waits_twice_as_long_each_time_and_then_tries_one(int failures, int seconds)
    {
        var health = new SubmissionHealth(failures, Now);
        var early = ScalingDecider.Decide(Policy, new ScalingTarget.Fixed(4), [], 0, health, Now.AddSeconds(seconds - 1));
        (early.Submit, early.WaitsUntil).ShouldBe((0, Now.AddSeconds(seconds)));
        ScalingDecider.Decide(Policy, new ScalingTarget.Fixed(4), [], 0, health, Now.AddSeconds(seconds)).Submit.ShouldBe(1);
    }

    [Fact]
    public void Those_that_are_on_their_way_are_counted_for_what_waits()
    {
        PilotView[] pilots = [Pilot("q", PilotPhase.Queued), Pilot("s", PilotPhase.Starting), Pilot("b", PilotPhase.Busy)];
        ScalingDecider.Decide(Policy, ScalingTarget.Automatic.Instance, pilots, missing: 3, default, Now).Submit.ShouldBe(1);
    }

    [Fact]
    public void When_nothing_waits_any_more_the_queued_are_taken_back_and_the_idle_leave_after_their_time()
    {
        PilotView[] pilots = [Pilot("q", PilotPhase.Queued), Pilot("new", PilotPhase.Idle, 5), Pilot("old", PilotPhase.Idle, 600), Pilot("b", PilotPhase.Busy)];
        var step = ScalingDecider.Decide(Policy, ScalingTarget.Automatic.Instance, pilots, missing: 0, default, Now);
        step.Withdraw.ShouldBe(["q"]);
        step.Drain.ShouldBe(["old"]);
    }

    [Fact]
    public void For_a_smaller_number_those_that_did_nothing_go_first_and_the_youngest_of_them()
    {
        PilotView[] pilots = [Pilot("b", PilotPhase.Busy), Pilot("i", PilotPhase.Idle), Pilot("s", PilotPhase.Starting), Pilot("q1", PilotPhase.Queued, 9), Pilot("q2", PilotPhase.Queued, 3)];
        ScalingDecider.Decide(Policy, new ScalingTarget.Fixed(4), pilots, 0, default, Now).Withdraw.ShouldBe(["q2"]);
        var none = ScalingDecider.Decide(Policy, new ScalingTarget.Fixed(0), pilots, 0, default, Now);
        none.Withdraw.ShouldBe(["q2", "q1", "s"]);
        none.Drain.ShouldBe(["i", "b"]);
    }

    [Fact]
    public void Whoever_waited_until_his_key_expires_is_replaced()
    {
        var step = ScalingDecider.Decide(Policy, new ScalingTarget.Fixed(1), [Pilot("q", PilotPhase.Queued, 7 * 86400)], 0, default, Now);
        step.Withdraw.ShouldBe(["q"]);
        step.Submit.ShouldBe(1);
    }

    [Fact]
    public void Up_to_the_minimum_they_stay_when_idle_and_beyond_it_they_leave()
    {
        var step = ScalingDecider.Decide(Policy with { Min = 2 }, ScalingTarget.Automatic.Instance, [Pilot("b", PilotPhase.Busy)], missing: 3, default, Now);
        (step.Lasting, step.Passing).ShouldBe((1, 2));
    }

    private static PilotView Pilot(string name, PilotPhase phase, int age = 0) => new(name, phase, Now.AddSeconds(-age));

    private static ScalingStep Decide((ScalingPolicy Policy, ScalingTarget Target, PilotView[] Pilots, int Missing, int Failures) s) =>
        ScalingDecider.Decide(s.Policy, s.Target, s.Pilots, s.Missing, new SubmissionHealth(s.Failures, Now.AddSeconds(-15)), Now);

    private static PilotView Later(PilotView pilot, ref int missing)
    {
        switch (pilot.Phase)
        {
            case PilotPhase.Starting or PilotPhase.Idle when missing > 0:
                missing--;
                return pilot with { Phase = PilotPhase.Busy };
            case PilotPhase.Starting:
                return pilot with { Phase = PilotPhase.Idle };
            case PilotPhase.Draining:
                return pilot with { Phase = PilotPhase.Drained };
            default:
                return pilot.Phase < PilotPhase.Starting ? pilot with { Phase = pilot.Phase + 1 } : pilot;
        }
    }

    private static void Check(Action<(ScalingPolicy Policy, ScalingTarget Target, PilotView[] Pilots, int Missing, int Failures)> holds) =>
        Prop.ForAll(Situations, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
