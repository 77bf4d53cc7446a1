using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class TaskRangeBuilderTests
{
    [Fact]
    public void Ranges_hold_exactly_the_tasks_each_once_in_order_and_as_few_as_can_be() =>
        Prop.ForAll(Gen.Choose(0, 60).ListOf().ToArbitrary(), tasks =>
        {
            var ranges = TaskRangeBuilder.From(tasks);

            ranges.SelectMany(range => Enumerable.Range(range.First, range.Count)).ShouldBe(tasks.Distinct().Order());
            ranges.Zip(ranges.Skip(1)).ShouldAllBe(pair => pair.First.End < pair.Second.First);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
