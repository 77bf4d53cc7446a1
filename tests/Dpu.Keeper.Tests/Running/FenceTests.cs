using Dpu.Keeper.Attempts;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Running;

public sealed class FenceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly Hand _hand = new();
    private readonly Fence _fence;

    public FenceTests() => _fence = new Fence(_hand);

    [Fact]
    public void Without_a_lease_it_never_falls()
    {
        _hand.Now = long.MaxValue - 1;
        _fence.FallsNow().ShouldBeFalse();
        _fence.LetsStart(_fence.Ticket).ShouldBeTrue();
    }

    [Fact]
    public void It_falls_once_for_each_lease()
    {
        _fence.TryExtend(Second).ShouldBeTrue();
        _fence.FallsNow().ShouldBeFalse();
        _hand.Now = Second.Ticks;
        _fence.FallsNow().ShouldBeTrue();
        _fence.FallsNow().ShouldBeFalse();
        _fence.TryExtend(Second).ShouldBeFalse();
        _fence.FallsNow().ShouldBeFalse();
        _fence.TryExtend(2 * Second).ShouldBeTrue();
        _fence.FallsNow().ShouldBeFalse();
        _hand.Now = 3 * Second.Ticks;
        _fence.FallsNow().ShouldBeTrue();
    }

    [Fact]
    public void Nothing_starts_while_it_is_down_although_nobody_has_noticed_and_nothing_that_was_asked_for_before()
    {
        _fence.TryExtend(Second);
        var asked = _fence.Ticket;
        _fence.LetsStart(asked).ShouldBeTrue();
        _hand.Now = Second.Ticks;
        _fence.LetsStart(asked).ShouldBeFalse();
        _fence.FallsNow();
        var askedMeanwhile = _fence.Ticket;
        _fence.TryExtend(2 * Second);
        _fence.LetsStart(asked).ShouldBeFalse();
        _fence.LetsStart(askedMeanwhile).ShouldBeFalse();
        _fence.LetsStart(_fence.Ticket).ShouldBeTrue();
    }

    [Fact]
    public void The_grace_counts_from_the_lease_s_end_not_from_when_that_was_noticed()
    {
        _fence.TryExtend(Second);
        _hand.Now = 4 * Second.Ticks;
        _fence.FallsNow();
        _fence.Left(5 * Second).ShouldBe(2 * Second);
        _fence.Left(3 * Second).ShouldBe(TimeSpan.Zero);
        _fence.Left(Second).ShouldBe(TimeSpan.Zero);
    }

    private sealed class Hand : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
