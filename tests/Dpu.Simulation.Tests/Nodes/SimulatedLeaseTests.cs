using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Simulated;

/// <summary>The simulated keeper keeps the lease as the real one does, in virtual time.</summary>
public sealed class SimulatedLeaseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private const int Tasks = 20;
    private static readonly AttemptLimits Limits = new(null, null, Second, 0, 0);
    private readonly SimulatedWorld _world = new(7, PlantedBug.None, tellsStory: false);
    private readonly SimulatedHost _host;
    private readonly SimulatedProcess _service;
    private readonly List<LauncherEvent> _events = [];
    private readonly SimulatedLauncher _launcher;

    public SimulatedLeaseTests()
    {
        _world.Witness = new AnyoneMayStart();
        _host = new SimulatedHost(_world, "machine", new NodeOptions("node", "machine", new Resources(Tasks, 1), Second, 1, 1, EnforceMemory: false));
        _service = _world.Simulation.StartProcess("service");
        _launcher = new SimulatedLauncher(_world, _host, _service);
    }

    [Fact]
    public void What_runs_is_ended_when_it_runs_out_although_the_service_died()
    {
        Connect();
        StartMany();
        _launcher.Lease(_world.Now + Second);
        _world.Simulation.RunUntilIdle();
        _service.Kill();

        _world.Simulation.RunFor(Second - TimeSpan.FromTicks(1));
        var running = _host.Alive.ToList();
        running.ShouldNotBeEmpty();
        running.ShouldAllBe(recipe => recipe.Ending == null);
        _world.Simulation.RunFor(Limits.KillGrace + TimeSpan.FromTicks(1));

        _host.Alive.ShouldBeEmpty();
        running.ShouldAllBe(recipe => recipe.Exit!.Reason == EndReason.Fenced);
    }

    [Fact]
    public void Nothing_is_started_without_a_lease_that_lasts()
    {
        _launcher.Lease(TimeSpan.Zero);
        Connect();
        StartMany();
        _world.Recipes.History.ShouldBeEmpty();
        _events.OfType<LauncherEvent.Exited>().Select(end => end.Exit.Reason).ShouldBe(Enumerable.Repeat(EndReason.Fenced, Tasks));

        _launcher.Lease(_world.Now + (60 * Second));
        StartMany(firstTask: Tasks);
        _world.Recipes.History.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_keeper_that_is_stopped_ends_what_it_runs_when_it_goes_on()
    {
        Connect();
        StartMany();
        _launcher.Lease(_world.Now + Second);
        _world.Simulation.RunUntilIdle();
        _host.FreezeKeeper();
        _world.Simulation.RunFor(2 * Second);
        _host.Alive.ShouldNotBeEmpty();
        _host.Alive.ShouldAllBe(recipe => _host.IsExcused(recipe));

        _host.Thaw();
        _world.Simulation.RunFor(Limits.KillGrace + TimeSpan.FromTicks(1));
        _host.Alive.ShouldBeEmpty();
    }

    private void Connect()
    {
        _launcher.Connect(_events.AddRange);
        _world.Simulation.RunFor(Second);
    }

    /// <summary>Many, since chance says how long one runs and whether it starts at all.</summary>
    private void StartMany(int firstTask = 0)
    {
        var requests = Enumerable.Range(firstTask, Tasks).Select(task => new LaunchRequest(new AttemptId(new JobId(1), task, 1), ["long"], [], "/", Limits));
        _launcher.Start(_host.Keeper!.Incarnation, [.. requests]);
        _world.Simulation.RunFor(TimeSpan.FromMilliseconds(10));
    }

    private sealed class AnyoneMayStart : IWitness
    {
        public Resources Start(SimulatedHost host, AttemptId attempt) => new(1, 0);

        public void Forget(SimulatedKeeper keeper, LauncherEvent.Numbered forgotten)
        {
        }
    }
}
