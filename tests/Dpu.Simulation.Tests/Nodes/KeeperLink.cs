using Dpu.Domain.Execution;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>One connection of a service to its keeper, from the keeper's welcome on.</summary>
internal sealed class KeeperLink
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(3);

    public KeeperLink(SimulatedWorld world, SimulatedKeeper keeper, SimulatedProcess keeperProcess, SimulatedLauncher launcher, SimulatedProcess service)
    {
        Launcher = launcher;
        Service = service;
        Incarnation = keeper.Incarnation;
        ToKeeper = new Lane<Action<SimulatedKeeper>>(world, keeperProcess, LatencyMax, request => request(keeper));
        ToLauncher = new Lane<LauncherEvent>(world, service, LatencyMax, @event => launcher.Receive(this, @event));
    }

    public SimulatedLauncher Launcher { get; }

    public SimulatedProcess Service { get; }

    /// <summary>The keeper that greeted.</summary>
    public Guid Incarnation { get; }

    public Lane<Action<SimulatedKeeper>> ToKeeper { get; }

    public Lane<LauncherEvent> ToLauncher { get; }

    /// <summary>Both directions are gone, with all that is on its way.</summary>
    public void Cut()
    {
        ToKeeper.Break();
        ToLauncher.Break();
        Service.Schedule(TimeSpan.Zero, () => Launcher.Lost(this));
    }
}
