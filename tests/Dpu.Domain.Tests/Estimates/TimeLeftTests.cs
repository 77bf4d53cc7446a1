using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Estimates;

public sealed class TimeLeftTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void It_goes_on_as_fast_as_until_now() => Of([(new TaskCounts(20, 5, 0, 75, 0), 0)], Minute).ShouldBe(3 * Minute);

    [Fact]
    public void Tasks_count_with_the_time_that_they_are_expected_to_take() =>
        Of([(new TaskCounts(10, 0, 0, 0, 0), 1), (new TaskCounts(0, 0, 0, 2, 0), 10)], Minute).ShouldBe(2 * Minute);

    [Fact]
    public void Where_it_is_not_known_for_all_steps_each_task_counts_the_same() =>
        Of([(new TaskCounts(10, 0, 0, 0, 0), 1), (new TaskCounts(0, 0, 0, 5, 0), 0)], Minute).ShouldBe(Minute / 2);

    [Fact]
    public void Before_anything_has_ended_it_is_what_the_estimate_leaves()
    {
        Of([(new TaskCounts(0, 0, 0, 4, 0), 0)], Minute, estimated: 5).ShouldBe(4 * Minute);
        Of([(new TaskCounts(0, 0, 0, 4, 0), 0)], Minute).ShouldBeNull();
        Of([(new TaskCounts(0, 0, 0, 4, 0), 0)], 9 * Minute, estimated: 5).ShouldBeNull();
    }

    [Fact]
    public void Where_nothing_is_open_nothing_is_left() => Of([(new TaskCounts(4, 0, 3, 0, 0), 0)], Minute).ShouldBe(TimeSpan.Zero);

    private static TimeSpan? Of(ImmutableArray<(TaskCounts, double)> steps, TimeSpan ran, double estimated = 0) => TimeLeft.Of(steps, ran, TimeSpan.FromMinutes(estimated));
}
