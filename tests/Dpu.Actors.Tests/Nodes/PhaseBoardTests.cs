using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>What a frontend knows of phases.</summary>
public sealed class PhaseBoardTests
{
    private static readonly AttemptPhase Runs = new(GivenJobs.Attempt(0), AttemptStage.Running, GivenJobs.Now, null);

    private readonly Simulation _world = new(1);
    private readonly PhaseBoard _board;

    public PhaseBoardTests() => _board = new PhaseBoard(_world.Time);

    [Fact]
    public void What_a_node_says_replaces_what_it_said_before()
    {
        _board.Tell("a", [Runs]);
        _board.Find("a", Runs.Attempt).ShouldBe(new KnownPhase(Runs, null));

        _board.Tell("a", []);

        _board.Find("a", Runs.Attempt).ShouldBeNull();
    }

    [Fact]
    public void No_node_speaks_for_an_attempt_of_another_one()
    {
        _board.Tell("thief", [Runs]);

        _board.Find("a", Runs.Attempt).ShouldBeNull();
    }

    [Fact]
    public void What_a_node_said_that_is_cut_off_holds_as_of_when_it_was_heard_last()
    {
        _board.Tell("a", [Runs]);
        _board.CutOff("a", TimeSpan.FromSeconds(10));
        var heard = _world.Time.GetUtcNow() - TimeSpan.FromSeconds(10);
        _world.RunFor(TimeSpan.FromMinutes(1));

        _board.Find("a", Runs.Attempt).ShouldBe(new KnownPhase(Runs, heard));
        _board.Tell("a", [Runs]);
        _board.Find("a", Runs.Attempt).ShouldBe(new KnownPhase(Runs, null));
    }

    [Fact]
    public void Whatever_a_node_says_there_is_a_bound_to_what_is_kept_of_it()
    {
        _board.Tell("a", [.. Enumerable.Range(0, PhaseBoard.PhasesMax + 1).Select(task => Runs with { Attempt = GivenJobs.Attempt(task) }), Runs]);

        _board.Find("a", GivenJobs.Attempt(PhaseBoard.PhasesMax - 1)).ShouldNotBeNull();
        _board.Find("a", GivenJobs.Attempt(PhaseBoard.PhasesMax)).ShouldBeNull();
    }
}
