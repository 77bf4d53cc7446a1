using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>The simulated keeper keeps the lease as the real one does, in virtual time.</summary>
public sealed class SimulatedLeaseTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private const int Tasks = 20;
    private static readonly AttemptLimits Limits = new(null, null, Second, 0, 0);
    private readonly Simulation _world = new(7);
    private readonly SimulatedKeeper _keeper;
    private readonly List<LauncherEvent> _events = [];
    private readonly SimulatedLauncher _launcher;

    public SimulatedLeaseTests()
    {
        _keeper = new SimulatedKeeper(_world);
        _launcher = new SimulatedLauncher(_world, _keeper);
    }

    [Fact]
    public void What_runs_is_ended_when_it_runs_out_although_the_service_died()
    {
        Connect();
        StartMany();
        _launcher.Lease(_world.Time.Elapsed + Second);
        _world.RunUntilIdle();
        _launcher.Die();

        _world.RunFor(Second - TimeSpan.FromTicks(1));
        var running = _keeper.Alive.Keys.ToList();
        running.ShouldNotBeEmpty();
        running.ShouldAllBe(attempt => _keeper.History[attempt].Ending == null);
        _world.RunFor(Limits.KillGrace + TimeSpan.FromTicks(1));

        _keeper.Alive.ShouldBeEmpty();
        running.ShouldAllBe(attempt => _keeper.History[attempt].Exit!.Reason == EndReason.Fenced);
    }

    [Fact]
    public void Nothing_is_started_without_a_lease_that_lasts()
    {
        _launcher.Lease(TimeSpan.Zero);
        Connect();
        StartMany();
        _keeper.History.ShouldBeEmpty();
        _events.OfType<LauncherEvent.Exited>().Select(end => end.Exit.Reason).ShouldBe(Enumerable.Repeat(EndReason.Fenced, Tasks));

        _launcher.Lease(_world.Time.Elapsed + (60 * Second));
        StartMany(firstTask: Tasks);
        _keeper.History.ShouldNotBeEmpty();
    }

    private void Connect()
    {
        _launcher.Connect(_events.AddRange);
        _world.RunFor(Second);
    }

    /// <summary>Many, since chance says how long one runs and whether it starts at all.</summary>
    private void StartMany(int firstTask = 0)
    {
        var requests = Enumerable.Range(firstTask, Tasks).Select(task => new LaunchRequest(new AttemptId(new JobId(1), task, 1), ["long"], [], "/", Limits));
        _launcher.Start(_keeper.Incarnation, [.. requests]);
        _world.RunFor(TimeSpan.FromMilliseconds(10));
    }
}
