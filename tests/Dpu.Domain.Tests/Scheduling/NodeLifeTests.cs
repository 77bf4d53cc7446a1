using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Scheduling;

public sealed class NodeLifeTests
{
    private static readonly Resources OneCpu = new(1, 0);
    private static readonly JobId First = new(1);
    private readonly SchedulerBench _bench = new();

    [Fact]
    public void A_drained_node_is_given_nothing_and_what_runs_there_stays()
    {
        Join("a", "b");
        _bench.Drain("a");
        _bench.Announce(SchedulerBench.Simple(1, 9, OneCpu));

        _bench.Plan().Single().Node.ShouldBe("b");
        _bench.Status("a").ShouldSatisfyAllConditions(
            node => node.State.ShouldBe(NodeState.Draining),
            node => node.Reason.ShouldBe("it was drained, and nothing runs there"));
        _bench.Resume("a");
        _bench.Plan().Single().Node.ShouldBe("a");
        _bench.Drain("a");
        _bench.Status("a").Reason.ShouldBe("it was drained; 4 tasks there may end");
    }

    [Fact]
    public void A_node_that_was_drained_before_it_joins_or_while_it_is_away_is_given_nothing()
    {
        _bench.Drain("a");
        Join("a");
        _bench.Announce(SchedulerBench.Simple(1, 1, OneCpu));
        _bench.Plan().ShouldBeEmpty();
        _bench.Leave("a");
        _bench.Status("a").Reason!.ShouldEndWith("; it is drained");
        Join("a");
        _bench.Plan().ShouldBeEmpty();

        _bench.Why(First).ShouldBe([new WaitReason.NodesUnfit(["a"], NodeState.Draining)], Same);
    }

    [Fact]
    public void Draining_is_told_once_and_of_known_nodes()
    {
        Join("a", "b");

        Told(["a", "c"]).ShouldBe(("a", ""));
        Told(["a", "c"]).ShouldBe(("", ""));
        Told(["b"]).ShouldBe(("b", "a"));
        _bench.Scheduler.IsDrained("b").ShouldBeTrue();
    }

    [Fact]
    public void The_other_tasks_of_a_single_node_step_move_when_its_node_is_drained_and_empty()
    {
        Join("a", "b");
        _bench.Announce(SchedulerBench.Simple(1, 6, OneCpu, StepRules.Usual with { Placement = Placement.Anywhere with { Kind = PlacementKind.SingleNode } }));
        _bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("a"), given => given.Tasks.Length.ShouldBe(4));
        _bench.Drain("a");
        _bench.Plan().ShouldBeEmpty();
        _bench.Free(First, 5, 0, 1, 2);
        _bench.Plan().ShouldBeEmpty();
        _bench.Free(First, 5, 3);

        _bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.ShouldBe([4, 5]));
    }

    [Fact]
    public void A_node_that_is_ill_is_used_while_all_well_ones_are_drained()
    {
        Join("a", "b");
        FailOn("a");
        _bench.Status("a").State.ShouldBe(NodeState.Quarantined);

        _bench.Drain("b");
        _bench.Announce(SchedulerBench.Simple(50, 3, OneCpu));

        _bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("a"), given => given.Tasks.Length.ShouldBe(3));
    }

    [Fact]
    public void The_last_node_that_takes_work_is_not_quarantined_because_another_one_is_drained()
    {
        Join("a", "b");
        _bench.Drain("b");

        FailOn("a");

        _bench.Status("a").State.ShouldBe(NodeState.Up);
    }

    [Fact]
    public void An_operator_ends_a_quarantine()
    {
        Join("a", "b");
        FailOn("a");

        _bench.Scheduler.NodeReleased("a");

        _bench.Status("a").State.ShouldBe(NodeState.Up);
        _bench.Scheduler.NodeReleased("nobody");
    }

    [Fact]
    public void What_a_node_gave_back_says_nothing_about_it_and_ends_no_trial()
    {
        Join("a", "b");
        FailOn("a");
        _bench.Now += HealthPolicy.Usual.ProbeAfter;
        _bench.Announce(SchedulerBench.Simple(50, 1, new Resources(4, 0), recipe: "Other"));
        _bench.Announce(SchedulerBench.Simple(51, 1, new Resources(4, 0), recipe: "Other"));
        _bench.Plan().Single(given => given.Node == "a").Job.ShouldBe(new JobId(50));

        _bench.Free(new JobId(50), FreedTask.Ended(0, FailureCause.Returned, null));
        _bench.Release(new JobId(50), 0);

        _bench.Plan().Single().Node.ShouldBe("a");
        _bench.Status("a").Reason!.ShouldContain("one task is trying it");
    }

    [Fact]
    public void A_node_that_is_cut_off_says_since_when_and_when_its_tasks_are_taken_for_lost()
    {
        Join("a");
        _bench.Announce(SchedulerBench.Simple(1, 1, OneCpu));
        _bench.Plan();
        _bench.Now += TimeSpan.FromMinutes(2);
        _bench.Leave("a", new NodeAbsence(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(290), InOrder: false));

        _bench.Status("a").ShouldSatisfyAllConditions(
            node => node.State.ShouldBe(NodeState.CutOff),
            node => node.Connected.ShouldBeFalse(),
            node => node.LastHeard.ShouldBe(SchedulerBench.Start.AddSeconds(110)),
            node => node.LostAt.ShouldBe(SchedulerBench.Start.AddSeconds(410)),
            node => node.Reason.ShouldBe("it cannot be reached since 2000-04-28T00:01:50Z; what runs there may run on, and is taken for lost at 2000-04-28T00:06:50Z unless it is back"));
    }

    [Fact]
    public void A_lost_node_is_lost_until_it_joins_again()
    {
        Join("a", "b");
        _bench.Announce(SchedulerBench.Simple(1, 4, OneCpu));
        _bench.Plan().Single().Node.ShouldBe("a");

        _bench.Lose("a");

        _bench.Status("a").ShouldSatisfyAllConditions(
            node => node.State.ShouldBe(NodeState.Lost),
            node => node.Reason.ShouldBe("it was silent; it is given work again when it joins"));
        _bench.Plan().Single().Node.ShouldBe("b");
        Join("a");
        _bench.Status("a").State.ShouldBe(NodeState.Up);
    }

    [Fact]
    public void A_node_that_left_is_shown_for_an_hour()
    {
        Join("a", "b");
        _bench.Leave("a", new NodeAbsence(TimeSpan.Zero, TimeSpan.FromMinutes(5), InOrder: true));
        _bench.Leave("b");
        _bench.Status("a").State.ShouldBe(NodeState.Left);
        _bench.Now += TimeSpan.FromMinutes(59);
        _bench.Plan();
        _bench.Scheduler.Nodes().Length.ShouldBe(2);

        _bench.Now += TimeSpan.FromMinutes(1);
        _bench.Plan();

        _bench.Scheduler.Nodes().ShouldHaveSingleItem().ShouldSatisfyAllConditions(node => node.Name.ShouldBe("b"), node => node.State.ShouldBe(NodeState.CutOff));
    }

    [Fact]
    public void A_node_that_was_stopped_while_tasks_run_there_is_cut_off_and_not_forgotten()
    {
        Join("a");
        _bench.Announce(SchedulerBench.Simple(1, 1, OneCpu));
        _bench.Plan();
        _bench.Leave("a", new NodeAbsence(TimeSpan.Zero, TimeSpan.FromDays(9), InOrder: true));
        _bench.Now += TimeSpan.FromDays(1);
        _bench.Plan();

        _bench.Status("a").ShouldSatisfyAllConditions(node => node.State.ShouldBe(NodeState.CutOff), node => node.Reason!.ShouldStartWith("it was stopped since "));
        _bench.Free(First, FreedTask.Lost(0));
        _bench.Plan();
        _bench.Scheduler.Nodes().ShouldBeEmpty();
    }

    [Fact]
    public void A_step_of_a_recipe_is_not_given_to_a_node_without_its_program()
    {
        _bench.Lacking["a"] = ["reduce"];
        Join("a");
        _bench.Announce(OfProgram(1, "reduce"));
        _bench.Announce(SchedulerBench.Simple(2, 1, OneCpu, recipe: "reduce"));

        _bench.Plan().Single().Job.ShouldBe(new JobId(2));
        _bench.Why(First).Single().ShouldBeOfType<WaitReason.ProgramMissing>().ShouldSatisfyAllConditions(
            missing => missing.Recipe.ShouldBe("Reduce"),
            missing => missing.Programs.ShouldBe(["reduce"]));
        Join("b");
        _bench.Plan().Single().ShouldSatisfyAllConditions(given => given.Node.ShouldBe("b"), given => given.Tasks.Length.ShouldBe(3));

        _bench.Lacking.Clear();
        Join("a");
        _bench.Announce(OfProgram(3, "reduce"));
        _bench.Plan().SelectMany(given => given.Tasks.Select(_ => given.Node)).ShouldBe(["a", "a", "a"]);
    }

    [Fact]
    public void A_node_that_is_too_old_for_code_is_given_none_and_that_is_said()
    {
        _bench.Lacking["old"] = [NodeAbout.Shipping];
        Join("old");
        _bench.Announce(OfProgram(1, NodeAbout.Shipping));

        _bench.Plan().ShouldBeEmpty();
        _bench.Why(First).Single().ShouldBeOfType<WaitReason.ProgramMissing>().Programs.ShouldBe([NodeAbout.Shipping]);
        Join("new");
        _bench.Plan().Single().Node.ShouldBe("new");
    }

    [Fact]
    public void What_was_given_ahead_waits_there()
    {
        _bench.Join("a", new Resources(2, 0));
        _bench.Announce(SchedulerBench.Simple(1, 1000, OneCpu));
        _bench.Plan();
        _bench.Free(First, 0.001, 0, 1);
        var given = _bench.Plan().Single().Tasks.Length;

        var node = _bench.Status("a");
        (node.Tasks, node.Tasks - node.Waiting).ShouldBe((given, 2));
    }

    private static IEqualityComparer<WaitReason> Same { get; } = EqualityComparer<WaitReason>.Create(
        (a, b) => a is WaitReason.NodesUnfit x && b is WaitReason.NodesUnfit y && x.State == y.State && x.Nodes.SequenceEqual(y.Nodes), _ => 0);

    private static JobDemand OfProgram(int job, string program) => SchedulerBench.Demand(
        job, 0, [SchedulerBench.Need(0, 3, OneCpu, recipe: "Reduce") with { Programs = [program] }], [new TaskRange(0, 3)]);

    private void Join(params string[] nodes)
    {
        foreach (var node in nodes)
        {
            _bench.Join(node, new Resources(4, 0));
        }
    }

    private (string Drained, string Resumed) Told(string[] names)
    {
        var (drained, resumed) = _bench.Scheduler.Drain(names);
        return (string.Join(' ', drained), string.Join(' ', resumed));
    }

    /// <summary>Tasks of several jobs and recipes fail there at once.</summary>
    private void FailOn(string node)
    {
        for (var job = 10; job < 20; job++)
        {
            var rules = StepRules.Usual with { Placement = Placement.Anywhere with { Hosts = [new HostRange(node, 0, 1)] } };
            _bench.Announce(SchedulerBench.Simple(job, 1, OneCpu, rules, recipe: $"Recipe{job % 3}"));
            _bench.Plan();
            _bench.Free(new JobId(job), FreedTask.Ended(0, FailureCause.Recipe, 0.1));
            _bench.End(new JobId(job));
        }
    }
}
