using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class TaskQueueTests
{
    [Fact]
    public void It_behaves_as_a_sorted_set()
    {
        // A range to add, or, when its length is 0, a task to take.
        var operations = (from first in Gen.Choose(0, 40) from count in Gen.Choose(0, 12) select new TaskRange(first, count)).ListOf();
        Prop.ForAll(operations.ToArbitrary(), steps =>
        {
            var queue = new TaskQueue();
            var model = new SortedSet<int>();
            foreach (var range in steps)
            {
                if (range.Count > 0)
                {
                    queue.Add(range);
                    model.UnionWith(Enumerable.Range(range.First, range.Count));
                }
                else
                {
                    queue.TryTake(out var task).ShouldBe(model.Count > 0);
                    task.ShouldBe(model.Count > 0 ? model.Min : -1);
                    model.Remove(task);
                }

                queue.Count.ShouldBe(model.Count);
            }

            var rest = new List<int>();
            while (queue.TryTake(out var task))
            {
                rest.Add(task);
            }

            rest.ShouldBe(model);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }
}
