using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>A Cluster_Manager with everything around it played by the test.</summary>
internal sealed class NodeBench : IAsyncDisposable
{
    public NodeBench(int cpus = 2, int seed = 1, Func<NodeOptions, NodeOptions>? options = null)
    {
        World = new Simulation(seed);
        var usual = new NodeOptions("node", "host", new Resources(cpus, 1 << 30), TimeSpan.FromSeconds(5), 1000, 1000, EnforceMemory: true);
        Options = options?.Invoke(usual) ?? usual;
        Files = new ScriptedFiles(Options);
        Scheduler = new TestProbe<SchedulerMessage>(World, "scheduler");
        Frontend = new TestProbe<FrontendMessage>(World, "frontend");
        Job = new TestProbe<JobMessage>(World, "job");
        System = World.StartSystem("service", system => system with { Loggers = Log });
        Node = System.Spawn(
            new Props<NodeMessage>(() => Manager = new ClusterManagerActor(Options, Launcher, Files, Logs, Scheduler, Frontend, Phases.Add)),
            "node");
        World.RunUntilIdle();
    }

    public Simulation World { get; }

    public ActorSystem System { get; }

    public NodeOptions Options { get; }

    public ScriptedLauncher Launcher { get; } = new();

    public ScriptedFiles Files { get; }

    public ScriptedLogStore Logs { get; } = new();

    /// <summary>What it told of its attempts' phases, each time all of them.</summary>
    public List<ImmutableArray<AttemptPhase>> Phases { get; } = [];

    public RecordedLog Log { get; } = new();

    public TestProbe<SchedulerMessage> Scheduler { get; }

    public TestProbe<FrontendMessage> Frontend { get; }

    public TestProbe<JobMessage> Job { get; }

    public IActorRef<NodeMessage> Node { get; }

    public ClusterManagerActor? Manager { get; private set; }

    /// <summary>A node whose launcher is there and holds these attempts.</summary>
    public static NodeBench Connected(params AttemptId[] attempts) => Connected(cpus: 2, attempts);

    public static NodeBench Connected(int cpus, params AttemptId[] attempts)
    {
        var bench = new NodeBench(cpus);
        bench.Say(ScriptedLauncher.Connected(GivenJobs.Incarnation, attempts));
        return bench;
    }

    public void Say(params Domain.Execution.LauncherEvent[] events)
    {
        Launcher.Say(events);
        World.RunUntilIdle();
    }

    public void Tell(params NodeMessage[] messages)
    {
        foreach (var message in messages)
        {
            Node.Tell(message);
        }

        World.RunUntilIdle();
    }

    public void Start(params AttemptId[] attempts) =>
        Tell(new NodeMessage.StartTasks(Job, [.. attempts.Select(attempt => GivenJobs.Command(attempt))]));

    public void Adopt(Guid incarnation, params AttemptId[] attempts) =>
        Tell(new NodeMessage.AdoptTasks(Job, [.. attempts.Select(attempt => new AdoptedTask(GivenJobs.Command(attempt), incarnation))]));

    /// <summary>The one report that the job got.</summary>
    public AttemptReport ExpectReport()
    {
        var reported = Job.ExpectMessage<JobMessage.Reported>();
        return ((JobCommand.ReportEnds)reported.Command).Reports.Single();
    }

    public ValueTask DisposeAsync() => Logs.DisposeAsync();
}
