using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>Who is asked in the moment in which a keeper does something.</summary>
internal interface IWitness
{
    /// <summary>A keeper is about to start a process; returns what that holds.</summary>
    Resources Start(SimulatedHost host, AttemptId attempt);

    /// <summary>A keeper was told that it may forget an event.</summary>
    void Forget(SimulatedKeeper keeper, LauncherEvent.Numbered forgotten);
}
