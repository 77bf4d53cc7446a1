using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>Whether a task that failed is tried again depends on why it failed; how, too.</summary>
public sealed class RetryTests
{
    [Fact]
    public void What_a_node_gave_back_uses_up_nothing_and_leaves_nothing_behind()
    {
        var state = Given.Job(Given.Tasks(1));
        for (var number = 1; number <= 300; number++)
        {
            state = Given.After(Given.After(state, Given.Start(0)), Given.Ended(0, number, FailureCause.Returned));
        }

        state.Counts.ShouldBe(new TaskCounts(0, 0, 0, 1, 0));
        state.Troubles.ShouldBeEmpty();
        state.Cells[0].Losses.ShouldBe((byte)0);
    }

    [Fact]
    public void What_a_node_gave_back_of_a_cancelled_job_is_aborted()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Cancel(force: true));

        Given.After(state, Given.Ended(0, cause: FailureCause.Returned)).Counts.ShouldBe(new TaskCounts(0, 0, 1, 0, 0));
    }

    private const long MiB = 1 << 20;

    private static readonly RetryRules Rules = new(
        Recipe: 1, Memory: 3, Time: 2, Launch: 3, Data: 2, NodeLosses: 5, MemoryFactor: 2, MemoryBytesMax: 3L << 30);

    [Theory]
    [InlineData(FailureCause.Recipe, 1)]
    [InlineData(FailureCause.Memory, 3)]
    [InlineData(FailureCause.Time, 2)]
    [InlineData(FailureCause.Launch, 3)]
    [InlineData(FailureCause.Data, 2)]
    [InlineData(FailureCause.Cancelled, 1)]
    public void Each_cause_has_its_own_number_of_attempts(FailureCause cause, int attempts)
    {
        var state = Job(512 * MiB);
        for (var number = 1; number <= attempts; number++)
        {
            state.Ended.ShouldBeFalse();
            state = Given.After(Given.After(state, Given.Start(0)), Given.Ended(0, number, cause));
        }

        state.Ended.ShouldBeTrue();
    }

    [Fact]
    public void Causes_are_counted_apart()
    {
        var state = Job(512 * MiB, FailureCause.Launch, FailureCause.Launch, FailureCause.Memory, FailureCause.Data, FailureCause.Time, FailureCause.Memory);

        state.Ended.ShouldBeFalse();
        Fail(state, 7, FailureCause.Launch).Retry.ShouldBeFalse();
        Fail(state, 7, FailureCause.Memory).Retry.ShouldBeFalse();
    }

    [Fact]
    public void Each_attempt_after_too_little_memory_has_more_and_the_message_says_so()
    {
        var state = Given.After(Job(512 * MiB), Given.Start(0));

        var first = Fail(state, 1, FailureCause.Memory);
        (first.Retry, first.NextMemoryBytes, first.Elsewhere).ShouldBe((true, 1024 * MiB, false));
        first.Message.ShouldBe("it failed; tried again with 1 GiB (attempt 2 of 3)");

        state = Given.After(Given.After(state, Given.Ended(0, 1, FailureCause.Memory)), Given.Start(0));
        state.ResourcesOf(0).ShouldBe(new Resources(1, 1024 * MiB));
        TaskStart.For(state, 0).Resources.MemoryBytes.ShouldBe(1024 * MiB);

        Fail(state, 2, FailureCause.Memory).Message.ShouldBe("it failed; tried again with 2 GiB (attempt 3 of 3)");
    }

    [Fact]
    public void The_memory_of_an_attempt_stays_within_the_cap_and_at_the_cap_the_task_ends_and_says_so()
    {
        var state = Job(2048 * MiB, FailureCause.Memory);
        state.ResourcesOf(0).MemoryBytes.ShouldBe(3072 * MiB);

        var end = Fail(Given.After(state, Given.Start(0)), 2, FailureCause.Memory);

        (end.Retry, end.NextMemoryBytes).ShouldBe((false, null));
        end.Message.ShouldBe("it failed; no attempt is given more than 3 GiB");
    }

    [Theory]
    [InlineData(1023, 1024)]
    [InlineData(1024, 2048)]
    [InlineData(1500, 3000)]
    [InlineData(5000, 3072)]
    public void No_attempt_is_given_what_the_one_before_was_seen_to_exceed(long heldMiB, long nextMiB)
    {
        var state = Given.After(Job(512 * MiB), Given.Start(0));
        var report = Given.Report(0, 1, FailureCause.Memory);
        var held = report with { Exit = report.Exit! with { MaxRssBytes = heldMiB * MiB } };

        EndOf(Given.Decide(state, new JobCommand.ReportEnds(Given.Node, [held]))).NextMemoryBytes.ShouldBe(nextMiB * MiB);
    }

    [Fact]
    public void More_memory_stays_with_the_task_whatever_happens_to_it_next()
    {
        var state = Job(512 * MiB, FailureCause.Memory, FailureCause.Launch);
        state = Given.After(Given.After(state, Given.Start(0)), Given.Lost(0, 3));

        state.ResourcesOf(0).MemoryBytes.ShouldBe(1024 * MiB);
    }

    [Fact]
    public void A_task_without_a_request_has_no_memory_to_raise()
    {
        var end = Fail(Given.After(Job(0), Given.Start(0)), 1, FailureCause.Memory);

        end.Retry.ShouldBeFalse();
        end.Message.ShouldBe("it failed; it asked for no memory, so there is none to raise");
    }

    [Theory]
    [InlineData(FailureCause.Launch, "it failed; tried again, on another node if there is one (attempt 2 of 3)")]
    [InlineData(FailureCause.Data, "it failed; tried again, on another node if there is one (attempt 2 of 2)")]
    public void What_may_be_the_node_s_fault_is_tried_elsewhere(FailureCause cause, string message)
    {
        var state = Given.After(Job(512 * MiB), Given.Start(0));

        var end = Fail(state, 1, cause);

        (end.Retry, end.Elsewhere, end.NextMemoryBytes, end.Message).ShouldBe((true, true, null, message));
        Given.After(state, Given.Ended(0, 1, cause)).TroublesOf(0).Avoid.ShouldBe([Given.Node]);
    }

    [Fact]
    public void A_failure_that_would_repeat_itself_is_final_whatever_its_cause_allows()
    {
        var state = Given.After(Job(512 * MiB), Given.Start(0));
        var report = Given.Report(0, 1, FailureCause.Launch) with { Final = true };

        var end = EndOf(Given.Decide(state, new JobCommand.ReportEnds(Given.Node, [report])));

        (end.Retry, end.Message).ShouldBe((false, "it failed; another attempt would end the same way"));
    }

    [Fact]
    public void The_last_of_several_attempts_says_how_many_there_were() =>
        Fail(Given.After(Job(512 * MiB, FailureCause.Time), Given.Start(0)), 2, FailureCause.Time).Message
            .ShouldBe("it failed; not tried again: 2 attempts ended with cause time");

    [Fact]
    public void A_task_that_ended_keeps_nothing_for_a_next_attempt()
    {
        var state = Job(512 * MiB, FailureCause.Memory, FailureCause.Launch);

        state.Troubles.Count.ShouldBe(1);
        Given.After(Given.After(state, Given.Start(0)), Given.Ended(0, 3)).Troubles.ShouldBeEmpty();
    }

    [Fact]
    public void The_cap_is_the_largest_node_unless_it_is_smaller()
    {
        var node = new Resources(8, 24 * MiB);

        (Rules with { MemoryBytesMax = null }).Within(node).MemoryBytesMax.ShouldBe(24 * MiB);
        (Rules with { MemoryBytesMax = 30 * MiB }).Within(node).MemoryBytesMax.ShouldBe(24 * MiB);
        (Rules with { MemoryBytesMax = 10 * MiB }).Within(node).MemoryBytesMax.ShouldBe(10 * MiB);
    }

    /// <summary>One task that failed with these causes, each time after another start.</summary>
    private static JobState Job(long memory, params FailureCause[] causes)
    {
        var state = Given.Job(Given.Tasks(1).Tried(Rules, new Resources(1, memory)));
        return causes.Select((cause, index) => (cause, Number: index + 1)).Aggregate(
            state,
            (before, failure) => Given.After(Given.After(before, Given.Start(0)), Given.Ended(0, failure.Number, failure.cause)));
    }

    private static AttemptEnd Fail(JobState state, int number, FailureCause cause) =>
        EndOf(Given.Decide(state.Running.IsEmpty ? Given.After(state, Given.Start(0)) : state, Given.Ended(0, number, cause)));

    private static AttemptEnd EndOf(JobDecision decision) =>
        Given.EventsOf(decision).OfType<JobEvent.TasksEnded>().Single().Ends.Single();
}
