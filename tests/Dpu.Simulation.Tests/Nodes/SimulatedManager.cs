using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Simulated;

/// <summary>The real Cluster_Manager of a host, in whichever process it lives.</summary>
internal sealed class SimulatedManager
{
    private ClusterManagerActor? _manager;

    public SimulatedManager(
        SimulatedWorld world,
        SimulatedHost host,
        ActorSystem system,
        IProcessLauncher launcher,
        ILogStore logs,
        IActorRef<SchedulerMessage> scheduler,
        IActorRef<FrontendMessage> frontend,
        Action<ImmutableArray<AttemptPhase>> tellPhases)
    {
        var files = new SimulatedTaskFiles(host.Options, world.Outputs, new ServiceWorld(world, world.Simulation.ProcessOf(system).Time));
        Actor = system.Spawn(
            new Props<NodeMessage>(() => _manager = new ClusterManagerActor(host.Options, launcher, files, logs, scheduler, frontend, tellPhases)) { Supervision = new SupervisorStrategy.Escalate() },
            "node");
    }

    public IActorRef<NodeMessage> Actor { get; }

    public bool HoldsNothing => _manager is { HoldsNothing: true };

    /// <summary>What somebody would say of an attempt who does not know better.</summary>
    public static AttemptReport LateReport(AttemptId attempt, AttemptExit exit) => new(
        new TaskAttempt(attempt.Task, attempt.Number), exit.ExitCode == 0 ? null : FailureCause.Recipe, "late", exit, [], []);
}
