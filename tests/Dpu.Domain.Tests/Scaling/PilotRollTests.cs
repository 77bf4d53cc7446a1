using System.Collections.Immutable;
using Dpu.Domain.Scaling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scaling;

public sealed class PilotRollTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, PilotNode> NoNodes = [];
    private static readonly HashSet<string> NoneInFlight = [];
    private static readonly ScalingEvent.PilotOrdered Ordered = new("p", "slurm", Now);
    private static readonly ScalingEvent.PilotSubmitted Submitted = new("p", "7");

    [Fact]
    public void A_submission_whose_answer_was_lost_is_found_by_its_name() =>
        Compare(State(Ordered), [Job("9", BatchState.Queued)], NoNodes).ShouldBe([new ScalingEvent.PilotSubmitted("p", "9")]);

    [Fact]
    public void One_that_is_not_shown_is_given_time_to_appear_and_then_given_up()
    {
        Compare(State(Ordered), [], NoNodes, after: 119).ShouldBeEmpty();
        var ended = Compare(State(Ordered), [], NoNodes, after: 120).ShouldHaveSingleItem().ShouldBeOfType<ScalingEvent.PilotEnded>();
        ended.Failure.ShouldBe("p: slurm does not know it; its submission was not answered");
    }

    [Fact]
    public void One_that_is_being_submitted_is_left_alone() =>
        PilotRoll.Compare(State(Ordered), [], "slurm", Now.AddHours(1), NoNodes, new HashSet<string> { "p" }).ShouldBeEmpty();

    [Fact]
    public void One_that_ended_before_its_node_joined_is_a_failure_and_says_what_the_batch_system_said()
    {
        var ended = Compare(State(Ordered, Submitted), [Job("7", BatchState.Ended, "NonZeroExitCode")], NoNodes).ShouldHaveSingleItem().ShouldBeOfType<ScalingEvent.PilotEnded>();
        ended.Failure.ShouldBe("p: its job 7 ended in slurm (NonZeroExitCode) before its node had joined");
    }

    [Fact]
    public void One_that_joined_may_end_and_be_forgotten_by_the_batch_system() =>
        Compare(State(Ordered, Submitted, new ScalingEvent.PilotJoined("p")), [], NoNodes).ShouldBe([new ScalingEvent.PilotEnded("p", null, Now)]);

    [Fact]
    public void One_that_was_taken_back_is_no_failure() =>
        Compare(State(Ordered, Submitted, new ScalingEvent.PilotDrained("p")), [Job("7", BatchState.Ended, "None")], NoNodes)
            .ShouldBe([new ScalingEvent.PilotEnded("p", null, Now)]);

    [Fact]
    public void A_job_that_will_never_run_is_a_failure()
    {
        var ended = Compare(State(Ordered, Submitted), [Job("7", BatchState.Stuck, "Eqw")], NoNodes).ShouldHaveSingleItem().ShouldBeOfType<ScalingEvent.PilotEnded>();
        ended.Failure.ShouldBe("p: its job 7 is stuck in slurm (Eqw) before its node had joined");
    }

    [Fact]
    public void Pilots_of_another_batch_system_are_not_missed_in_this_one() =>
        PilotRoll.Compare(State(Ordered, Submitted), [], "gridengine", Now.AddHours(1), NoNodes, NoneInFlight).ShouldBeEmpty();

    [Fact]
    public void A_node_that_is_seen_for_the_first_time_has_joined() =>
        Compare(State(Ordered, Submitted), [Job("7", BatchState.Running)], Node(up: true)).ShouldBe([new ScalingEvent.PilotJoined("p")]);

    [Theory]
    [InlineData(PilotPhase.Ordered, false, null, false, false)]
    [InlineData(PilotPhase.Queued, true, BatchState.Queued, false, false)]
    [InlineData(PilotPhase.Starting, true, BatchState.Running, false, false)]
    [InlineData(PilotPhase.Busy, true, BatchState.Running, true, false)]
    [InlineData(PilotPhase.Drained, true, BatchState.Queued, false, true)]
    public void Without_a_node_the_batch_system_says_what_it_is_at(PilotPhase phase, bool submitted, BatchState? job, bool joined, bool drained)
    {
        var state = State(Ordered);
        state = submitted ? ScalingState.Apply(state, Submitted) : state;
        state = joined ? ScalingState.Apply(state, new ScalingEvent.PilotJoined("p")) : state;
        state = drained ? ScalingState.Apply(state, new ScalingEvent.PilotDrained("p")) : state;
        var jobs = job is { } shown ? new Dictionary<string, BatchJob> { ["p"] = Job("7", shown) } : [];
        PilotRoll.Views(state, jobs, NoNodes).ShouldHaveSingleItem().Phase.ShouldBe(phase);
    }

    [Theory]
    [InlineData(PilotPhase.Busy, 2, false, false)]
    [InlineData(PilotPhase.Idle, 0, false, false)]
    [InlineData(PilotPhase.Draining, 2, true, true)]
    [InlineData(PilotPhase.Draining, 0, true, false)]
    [InlineData(PilotPhase.Drained, 0, true, true)]
    public void A_node_that_is_up_says_it_itself_and_is_drained_when_it_can_be_given_nothing_more(PilotPhase phase, int tasks, bool drained, bool draining)
    {
        var state = State(Ordered, Submitted);
        state = drained ? ScalingState.Apply(state, new ScalingEvent.PilotDrained("p")) : state;
        PilotRoll.Views(state, new Dictionary<string, BatchJob>(), Node(up: true, tasks, draining)).ShouldHaveSingleItem().Phase.ShouldBe(phase);
    }

    [Fact]
    public void A_new_target_and_a_node_that_joins_end_the_pause_after_failures()
    {
        var failed = State(Ordered, new ScalingEvent.PilotEnded("p", "no", Now), Ordered, Submitted);
        failed.Health.Failures.ShouldBe(1);
        ScalingState.Apply(failed, new ScalingEvent.PilotJoined("p")).Health.Failures.ShouldBe(0);
        ScalingState.Apply(failed, new ScalingEvent.TargetSet(3, "slurm", "ann", Now)).Health.Failures.ShouldBe(0);
        failed.LastFailure.ShouldBe("no");
    }

    private static ScalingState State(params ScalingEvent[] events) => events.Aggregate(ScalingState.Empty, ScalingState.Apply);

    private static BatchJob Job(string id, BatchState state, string? reason = null) => new(id, "p", state, reason, null);

    private static Dictionary<string, PilotNode> Node(bool up, int tasks = 0, bool draining = false) => new() { ["p"] = new PilotNode(up, draining, tasks, tasks > 0 ? null : Now) };

    private static ImmutableArray<ScalingEvent> Compare(ScalingState state, IReadOnlyList<BatchJob> jobs, Dictionary<string, PilotNode> nodes, int after = 0) =>
        [.. PilotRoll.Compare(state, jobs, "slurm", Now.AddSeconds(after), nodes, NoneInFlight)];
}
