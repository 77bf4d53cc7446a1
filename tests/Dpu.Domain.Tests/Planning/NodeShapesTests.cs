using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class NodeShapesTests
{
    private static readonly ImmutableArray<NodeShape> Two =
    [
        new(new Resources(64, 16), ["wide"]),
        new(new Resources(4, 256), ["fat", "gpu"]),
    ];

    [Fact]
    public void Nothing_is_impossible_while_no_node_is_known()
    {
        ImmutableArray<NodeShape> none = [];

        none.WhyNot(Step(1000, 1L << 60, "gpu")).ShouldBeNull();
        none.CpusForEstimates().ShouldBe(1);
        RetryRules.Once.Within(none.Largest()).MemoryBytesMax.ShouldBe(long.MaxValue);
    }

    [Theory]
    [InlineData(64, 16)]
    [InlineData(4, 256)]
    [InlineData(2, 10, "gpu", "fat")]
    public void A_step_that_fits_one_node_is_possible(int cpus, long memory, params string[] tags) => Two.WhyNot(Step(cpus, memory, tags)).ShouldBeNull();

    [Fact]
    public void What_fits_no_single_node_is_impossible_although_each_of_its_wishes_could_be_met()
    {
        Two.WhyNot(Step(64, 17)).ShouldBe(new Misfit.Memory(16));
        Two.WhyNot(Step(65, 1)).ShouldBe(new Misfit.Cpus(64));
        Two.WhyNot(Step(5, 1, "gpu")).ShouldBe(new Misfit.Cpus(4));
        Two.WhyNot(Step(1, 1, "gpu", "wide")).ShouldBe(new Misfit.Tags());
        Two.Tags().ShouldBe(["fat", "gpu", "wide"]);
    }

    private static StepPlan Step(int cpus, long memory, params string[] tags) =>
        new("Step", null, 0, 1, new Resources(cpus, memory), null, new StepWork.Exec(["true"], null)) { Rules = StepRules.Usual with { Placement = Placement.Anywhere with { Tags = [.. tags] } } };
}
