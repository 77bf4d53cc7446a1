using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

/// <summary>Nodes whose time is bounded: pilots of a batch system.</summary>
public sealed class BoundedNodeTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly JobId First = new(1);
    private static readonly DateTimeOffset End = SchedulerBench.Start.AddMinutes(10);

    private readonly SchedulerBench _bench = new();

    [Fact]
    public void What_takes_longer_than_a_node_has_left_is_not_given_to_it()
    {
        Join("pilot", End);
        Submit(seconds: 601);

        _bench.Plan().ShouldBeEmpty();
        _bench.Why(First).ShouldBe([new WaitReason.TooLong(601, "pilot", End)]);
    }

    [Fact]
    public void What_ends_in_time_is()
    {
        Join("pilot", End);
        Submit(seconds: 600);

        _bench.Plan().Single().Node.ShouldBe("pilot");
    }

    [Fact]
    public void Time_runs_out_while_it_waits()
    {
        Join("pilot", End);
        _bench.Now += TimeSpan.FromMinutes(5);
        Submit(seconds: 400);

        _bench.Plan().ShouldBeEmpty();
    }

    [Fact]
    public void Another_node_takes_it_whichever_comes_first_by_name()
    {
        Join("a-pilot", End);
        _bench.Join("b-stays", new Resources(4, 0));
        Submit(seconds: 3600);

        _bench.Plan().Single().Node.ShouldBe("b-stays");
    }

    [Fact]
    public void Of_what_nobody_knows_the_length_it_is_tried()
    {
        Join("pilot", End);
        Submit(seconds: 0);

        _bench.Plan().Single().Node.ShouldBe("pilot");
    }

    [Fact]
    public void No_room_is_kept_where_there_is_no_time()
    {
        Join("pilot", End, cpus: 1);
        _bench.Announce(SchedulerBench.Simple(2, 1, OneCpu));
        _bench.Plan().Single().Node.ShouldBe("pilot");
        Submit(seconds: 3600);
        _bench.Announce(SchedulerBench.Simple(3, 1, OneCpu));
        _bench.Plan().ShouldBeEmpty();

        _bench.Free(new JobId(2), 1, 0);

        _bench.Plan().Single().Job.ShouldBe(new JobId(3));
    }

    private void Join(string name, DateTimeOffset end, int cpus = 4)
    {
        _bench.Ends[name] = end;
        _bench.Join(name, new Resources(cpus, 0));
    }

    private void Submit(double seconds) =>
        _bench.Announce(SchedulerBench.Simple(1, 1, OneCpu, StepRules.Usual with { ExpectedSeconds = seconds }));
}
