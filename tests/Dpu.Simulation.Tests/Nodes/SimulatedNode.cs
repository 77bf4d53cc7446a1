using Dpu.Actors.Nodes;
using Dpu.Cluster.Links;
using Dpu.Cluster.Node;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>One life of a node's service: the real actors, put together as the host does it.</summary>
internal sealed class SimulatedNode
{
    private readonly SimulatedUplink _link;
    private readonly IActorRef<UplinkMessage> _uplink;
    private readonly SimulatedManager _manager;
    private UplinkActor? _actor;

    public SimulatedNode(SimulatedWorld world, SimulatedHost host, Func<SimulatedFrontend?> frontend)
    {
        System = world.Simulation.StartSystem($"node {host.Machine}", options => options with { Loggers = new StrictLoggers(world) });
        Process = world.Simulation.ProcessOf(System);
        var launcher = new SimulatedLauncher(world, host, Process);
        launcher.Lease(TimeSpan.Zero);
        _link = new SimulatedUplink(world, host, Process, frontend);
        var facts = new NodeFacts(host.Machine, host.Options.Capacity, [], 0, []);
        _uplink = System.Spawn(new Props<UplinkMessage>(() => _actor = new UplinkActor(_link, () => facts)) { Supervision = new SupervisorStrategy.Escalate() }, "uplink");
        _manager = new SimulatedManager(world, host, System, launcher, new UplinkLogStore(_uplink), UplinkRefs.Scheduler(_uplink), UplinkRefs.Frontend(_uplink), phases => _uplink.Tell(new UplinkMessage.PhasesChanged(phases)));
    }

    public ActorSystem System { get; }

    public SimulatedProcess Process { get; }

    /// <summary>Whether nothing of any job is held in this process, and nothing waits for an answer.</summary>
    public bool HoldsNothing => _actor is { HoldsNothing: true } && _manager.HoldsNothing && _link.HoldsNothing;

    /// <summary>Says something about an attempt that it has no business with, or that is over.</summary>
    public void Claim(AttemptId attempt, AttemptExit exit)
    {
        _link.Send(new UpFrame.Ended(attempt.Job, [SimulatedManager.LateReport(attempt, exit)]));
        _link.Send(new UpFrame.Lost(attempt.Job, [new TaskAttempt(attempt.Task, attempt.Number)], "late"));
    }

    /// <summary>Leaves in order; <paramref name="left"/> is called when it holds nothing any more and the frontend was told.</summary>
    public void Leave(Action left) => _uplink.Tell(new UplinkMessage.Leave(new ReplyTo<UplinkLeft>(_ => left())));

    /// <summary>Ends what runs, since the host will not last.</summary>
    public void Evict() => _manager.Actor.Tell(NodeMessage.Evict.Instance);
}
