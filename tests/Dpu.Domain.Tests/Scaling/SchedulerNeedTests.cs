using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Dpu.Domain.Scheduling;
using Dpu.Domain.Tests.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scaling;

public sealed class SchedulerNeedTests
{
    private static readonly PilotShape Shape = new(new Resources(2, 0), ImmutableHashSet<string>.Empty, TimeSpan.FromMinutes(10));

    [Fact]
    public void What_runs_needs_no_more_nodes_and_what_waits_does()
    {
        var bench = new SchedulerBench();
        bench.Announce(SchedulerBench.Simple(1, 10, new Resources(1, 0)));
        bench.Scheduler.Need(Shape).Nodes.ShouldBe(5);

        bench.Join("a", new Resources(4, 0));
        bench.Plan();
        var need = bench.Scheduler.Need(Shape);
        (need.Nodes, need.Tasks).ShouldBe((3, 6));
    }

    [Fact]
    public void What_may_run_only_so_often_needs_nodes_for_that_only()
    {
        var bench = new SchedulerBench();
        bench.Announce(SchedulerBench.Simple(1, 100, new Resources(1, 0), StepRules.Usual with { MaxAtOnce = 4 }));
        bench.Scheduler.Need(Shape).Nodes.ShouldBe(2);
    }

    [Fact]
    public void Users_who_run_as_much_as_they_may_need_none()
    {
        var bench = new SchedulerBench(SchedulingPolicy.Usual with { RunningPerUserMax = 4 });
        bench.Announce(SchedulerBench.Simple(1, 10, new Resources(1, 0)));
        bench.Scheduler.Need(Shape).Nodes.ShouldBe(2);
        bench.Join("a", new Resources(4, 0));
        bench.Plan();
        bench.Scheduler.Need(Shape).Nodes.ShouldBe(0);
    }
}
