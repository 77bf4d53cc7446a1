using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>What a node tells of what its attempts do at this moment.</summary>
public sealed class PhaseTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);
    private static readonly AttemptId Attempt = GivenJobs.Attempt(0);

    [Fact]
    public void An_attempt_stages_in_runs_and_saves_and_is_gone_when_it_has_ended()
    {
        var bench = NodeBench.Connected();
        (bench.Files.HoldPreparation, bench.Files.HoldCollection) = (new TaskCompletionSource(), new TaskCompletionSource());
        var given = bench.World.Time.GetUtcNow();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));
        bench.Files.Progress[Attempt].Begin(7, 100);
        bench.Files.Progress[Attempt].Next().Done(30);
        bench.World.RunFor(Moment);

        bench.Files.HoldPreparation.SetResult();
        bench.World.RunFor(Moment);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.World.RunFor(Moment);
        bench.Files.HoldCollection.SetResult();
        bench.World.RunFor(Moment);

        bench.Phases.Select(told => told.SingleOrDefault()).ShouldBe([
            new AttemptPhase(Attempt, AttemptStage.StagingIn, given, new FilesMoved(1, 7, 30, 100)),
            new AttemptPhase(Attempt, AttemptStage.Running, given + Moment, null),
            new AttemptPhase(Attempt, AttemptStage.Saving, given + (2 * Moment), null),
            null,
        ]);
    }

    [Fact]
    public void What_has_no_room_yet_waits()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Start(Attempt, GivenJobs.Attempt(1));

        bench.World.RunFor(Moment);

        bench.Phases.ShouldHaveSingleItem().Select(phase => phase.Stage).ShouldBe([AttemptStage.Running, AttemptStage.Waiting]);
    }

    [Fact]
    public void However_often_files_move_it_is_told_twice_a_second_and_only_when_they_have_moved()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldPreparation = new TaskCompletionSource();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));
        bench.Files.Progress[Attempt].Begin(1, 1000);
        var file = bench.Files.Progress[Attempt].Next();
        for (var position = 1; position <= 100; position++)
        {
            file.At(position);
            bench.World.RunFor(Moment / 50);
        }

        bench.World.RunFor(10 * Moment);

        bench.Phases.Select(told => told[0].Files!.BytesDone).ShouldBe([50, 100]);
    }

    [Fact]
    public void A_node_on_which_nothing_changes_does_nothing()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.World.RunFor(TimeSpan.FromMinutes(1));
        bench.Phases.Clear();

        bench.Say(ScriptedLauncher.Line(1, Attempt, "a line\n"));
        bench.World.RunFor(TimeSpan.FromMinutes(1));

        bench.Phases.ShouldBeEmpty();
    }

    [Fact]
    public void Of_what_an_earlier_life_started_it_is_known_that_it_runs_and_not_since_when()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Adopt(GivenJobs.Incarnation, Attempt);

        bench.World.RunFor(Moment);

        bench.Phases.ShouldHaveSingleItem().ShouldBe([new AttemptPhase(Attempt, AttemptStage.Running, null, null)]);
    }

    [Fact]
    public void Of_more_than_can_be_told_those_that_move_files_come_first()
    {
        var bench = NodeBench.Connected(cpus: 2);
        bench.Files.HoldPreparation = new TaskCompletionSource();
        var waiting = Enumerable.Range(2, PhaseBoard.PhasesMax).Select(task => GivenJobs.Recipe(GivenJobs.Attempt(task)));
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt), GivenJobs.Recipe(GivenJobs.Attempt(1)), .. waiting]));

        bench.World.RunFor(Moment);

        var told = bench.Phases.ShouldHaveSingleItem();
        told.Length.ShouldBe(PhaseBoard.PhasesMax);
        told.Count(phase => phase.Stage == AttemptStage.StagingIn).ShouldBe(2);
    }
}
