using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scaling;

public sealed class QueueNeedTests
{
    private static readonly PilotShape Shape = new(new Resources(4, 1000), new HashSet<string> { "fast" }, TimeSpan.FromMinutes(10));

    [Theory]
    [InlineData(0, 1, 0, 0)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(4, 1, 0, 1)]
    [InlineData(5, 1, 0, 2)]
    [InlineData(3, 3, 0, 3)]
    [InlineData(4, 1, 500, 2)]
    [InlineData(4, 0, 0, 1)]
    public void It_is_what_fits_into_a_node_by_cpus_and_by_memory(int count, int cpus, long memory, int nodes) =>
        NeedOf(count, new Resources(cpus, memory), seconds: null).ShouldBe(nodes);

    [Theory]
    [InlineData(5, 0)]
    [InlineData(1, 1001)]
    public void What_fits_no_such_node_needs_none(int cpus, long memory) => NeedOf(100, new Resources(cpus, memory), seconds: null).ShouldBe(0);

    [Fact]
    public void Neither_does_what_asks_for_a_tag_that_it_has_not()
    {
        NeedOf(1, new Resources(1, 0), null, "fast").ShouldBe(1);
        NeedOf(1, new Resources(1, 0), null, "gpu").ShouldBe(0);
    }

    /// <summary>4,000 tasks of a second: 1,000 rounds on one node are 1,000 seconds, on two they end within ten minutes.</summary>
    [Fact]
    public void Short_tasks_share_a_node_one_after_the_other()
    {
        NeedOf(4000, new Resources(1, 0), seconds: 1).ShouldBe(2);
        NeedOf(4000, new Resources(1, 0), seconds: 3600).ShouldBe(1000);
    }

    private static int NeedOf(int count, Resources need, double? seconds, params string[] tags)
    {
        var sum = new QueueNeed(Shape);
        sum.Add(count, need, tags, seconds);
        return sum.Nodes;
    }
}
