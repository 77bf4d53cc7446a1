using Dpu.Keeper.Processes;
using Shouldly;
using Xunit;

namespace Dpu.Keeper.Tests.Running;

public sealed class OomWatchTests
{
    [Fact]
    public void Only_a_count_that_rose_since_the_last_look_tells_something()
    {
        long? count = 7;
        var watch = new OomWatch(() => count);
        watch.HasStruck.ShouldBeFalse("nobody has looked yet");
        watch.Look();
        watch.HasStruck.ShouldBeFalse();
        count = 8;
        watch.HasStruck.ShouldBeTrue();
        watch.HasStruck.ShouldBeTrue("two that ended at once are both told so");
        watch.Look();
        watch.HasStruck.ShouldBeFalse();
    }

    [Fact]
    public void A_kernel_that_does_not_say_tells_nothing()
    {
        long? count = null;
        var watch = new OomWatch(() => count);
        watch.Look();
        watch.HasStruck.ShouldBeFalse();
        count = 3;
        watch.HasStruck.ShouldBeFalse();
    }

    [Fact]
    public void This_kernel_says() => ProcFiles.OomKills().ShouldNotBeNull();
}
