using Dpu.Actors.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

public sealed class AckWindowTests
{
    [Fact]
    public void What_is_acknowledged_is_the_longest_run_of_what_is_dealt_with_whatever_the_order()
    {
        var orders = from first in Gen.Choose(1, 1000) from order in Gen.Shuffle(Enumerable.Range(first, 12).ToArray()) select (first, order);
        Prop.ForAll(orders.ToArbitrary(), given =>
        {
            var window = new AckWindow();
            Enumerable.Range(given.first, 12).ShouldAllBe(number => window.Admit(number));
            Enumerable.Range(given.first, 12).ShouldAllBe(number => !window.Admit(number));
            var done = new HashSet<long>();
            var last = given.first - 1L;
            foreach (var number in given.order)
            {
                done.Add(number);
                var reached = last;
                while (done.Contains(reached + 1))
                {
                    reached++;
                }

                window.Finish(number).ShouldBe(reached > last ? reached : null);
                window.Finish(number).ShouldBeNull();
                last = reached;
                window.Reached.ShouldBe(last);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void What_was_never_admitted_cannot_be_acknowledged()
    {
        var window = new AckWindow();

        window.Finish(1).ShouldBeNull();
        window.Reached.ShouldBeNull();
    }
}
