using Dpu.TestKit;

namespace Dpu.Kernel.Tests.Simulating;

public sealed class VirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time = new();
    private readonly List<(string Name, double At)> _fired = [];

    [Fact]
    public void The_clock_stands_still_until_it_is_moved()
    {
        _time.GetUtcNow().ShouldBe(VirtualTime.Start);
        var start = _time.GetTimestamp();

        _time.Advance(2.5 * Second);

        _time.GetUtcNow().ShouldBe(VirtualTime.Start + (2.5 * Second));
        _time.GetElapsedTime(start).ShouldBe(2.5 * Second);
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_each_at_its_own()
    {
        Timer("late", 3 * Second);
        Timer("early", Second);
        Timer("periodic", 2 * Second, 2 * Second);

        _time.Advance(6 * Second);

        _fired.ShouldBe([("early", 1), ("periodic", 2), ("late", 3), ("periodic", 4), ("periodic", 6)]);
    }

    [Fact]
    public void A_changed_timer_forgets_its_old_time_and_a_disposed_one_all()
    {
        var changed = Timer("changed", Second);
        changed.Change(3 * Second, Timeout.InfiniteTimeSpan);
        using (Timer("disposed", Second))
        {
        }

        _time.NextTimer.ShouldBe(3 * Second);
        _time.AdvanceToNextTimer().ShouldBeTrue();
        _time.AdvanceToNextTimer().ShouldBeFalse();

        _fired.ShouldBe([("changed", 3)]);
    }

    [Fact]
    public void A_timer_may_start_others_that_are_due_on_the_way()
    {
        _time.CreateTimer(_ => Timer("second", Second), null, Second, Timeout.InfiniteTimeSpan);

        _time.Advance(2 * Second);

        _fired.ShouldBe([("second", 2)]);
    }

    [Fact]
    public void Delays_and_cancellations_of_the_framework_follow_the_clock()
    {
        var delay = Task.Delay(Second, _time);
        using var source = new CancellationTokenSource(2 * Second, _time);

        _time.Advance(Second);
        (delay.IsCompleted, source.IsCancellationRequested).ShouldBe((true, false));
        _time.Advance(Second);
        source.IsCancellationRequested.ShouldBeTrue();
    }

    private ITimer Timer(string name, TimeSpan due, TimeSpan? period = null) =>
        _time.CreateTimer(_ => _fired.Add((name, _time.Elapsed.TotalSeconds)), null, due, period ?? Timeout.InfiniteTimeSpan);
}
