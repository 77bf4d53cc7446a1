using FsCheck;
using FsCheck.Fluent;

namespace Dpu.Kernel.Tests;

public sealed class MpscQueueTests
{
    /// <summary>Against the plainest model: a list with a flag.</summary>
    [Fact]
    public void It_behaves_like_a_list_that_can_be_closed() =>
        Prop.ForAll<int[]>(Holds).QuickCheckThrowOnFailure();

    private static bool Holds(int[] operations)
    {
        var queue = default(MpscQueue);
        var model = new LinkedList<object>();
        var closed = false;
        foreach (var operation in operations)
        {
            switch (Math.Abs(operation % 8))
            {
                case 0 or 1 or 2 or 3:
                    object item = operation;
                    queue.TryEnqueue(item).ShouldBe(!closed);
                    if (!closed)
                    {
                        model.AddLast(item);
                    }

                    break;
                case 4:
                    queue.TryDequeue(out var taken).ShouldBe(model.Count > 0);
                    taken.ShouldBeSameAs(model.First?.Value);
                    if (taken is not null)
                    {
                        model.RemoveFirst();
                    }

                    break;
                case 5:
                    object first = operation;
                    queue.PutBack(first);
                    model.AddFirst(first);
                    break;
                case 6:
                    var limit = 1 + Math.Abs(operation % 5);
                    queue.CountUpTo(limit).ShouldBe(Math.Min(limit, model.Count));
                    break;
                default:
                    if (operation % 3 == 0)
                    {
                        queue.Close();
                        closed = true;
                    }

                    break;
            }

            queue.IsEmpty.ShouldBe(model.Count == 0);
        }

        return true;
    }
}
