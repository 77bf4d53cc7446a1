using Dpu.Domain.Execution;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>One connection of a service to the keeper, from the keeper's welcome on.</summary>
internal sealed class SimulatedLink
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(3);

    public SimulatedLink(Simulation simulation, SimulatedKeeper keeper, SimulatedLauncher launcher)
    {
        Launcher = launcher;
        Incarnation = keeper.Incarnation;
        ToKeeper = new SimulatedLane<Action<SimulatedKeeper>>(simulation, LatencyMax, requests =>
        {
            foreach (var request in requests)
            {
                request(keeper);
            }
        });
        ToLauncher = new SimulatedLane<LauncherEvent>(simulation, LatencyMax, events => launcher.Receive(this, events));
    }

    public SimulatedLauncher Launcher { get; }

    /// <summary>The keeper that greeted.</summary>
    public Guid Incarnation { get; }

    public SimulatedLane<Action<SimulatedKeeper>> ToKeeper { get; }

    public SimulatedLane<LauncherEvent> ToLauncher { get; }

    /// <summary>Both directions are gone, with all that is on its way.</summary>
    public void Cut()
    {
        ToKeeper.Close();
        ToLauncher.Close();
    }
}
