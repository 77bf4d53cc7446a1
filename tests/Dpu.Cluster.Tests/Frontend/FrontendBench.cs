using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Cluster.Tests.Frontend;

/// <summary>The frontend's side of links, with scheduler, frontend, job and nodes played by the test.</summary>
internal sealed class FrontendBench : IAttemptHistory, IBroughtOutputs
{
    public FrontendBench()
    {
        Scheduler = new TestProbe<SchedulerMessage>(World, "scheduler");
        Frontend = new TestProbe<FrontendMessage>(World, "frontend");
        Job = new TestProbe<JobMessage>(World, "job");
        Presence = new NodePresence("local", Given.NodeTimeout, World.Time);
        var parts = new FrontendParts(Scheduler, Frontend, Logs, this, Grants, this, Given.NodeTimeout) { Phases = Phases = new PhaseBoard(World.Time) };
        Nodes = World.StartSystem("frontend").Spawn(new Props<RemoteNodesMessage>(() => new RemoteNodesActor(parts, Presence, () => Given.Terms)), "nodes");
    }

    public Simulation World { get; } = new(1);

    public TestProbe<SchedulerMessage> Scheduler { get; }

    public TestProbe<FrontendMessage> Frontend { get; }

    public TestProbe<JobMessage> Job { get; }

    public MemoryLogStore Logs { get; } = new();

    public NodeGrants Grants { get; } = new();

    public PhaseBoard Phases { get; }

    public NodePresence Presence { get; }

    public IActorRef<RemoteNodesMessage> Nodes { get; }

    /// <summary>What the views would know.</summary>
    public HashSet<(string Node, AttemptId Attempt)> History { get; } = [];

    /// <summary>What is in the store.</summary>
    public Dictionary<(AttemptId Attempt, string Path), BroughtOutput> Brought { get; } = [];

    /// <summary>Attempts that nothing more can be brought for.</summary>
    public List<AttemptId> Closed { get; } = [];

    /// <summary>The store cannot be read while this is set.</summary>
    public IOException? StoreFails { get; set; }

    public FakeLink Greet(string node = "n1", Guid? instance = null, int version = 1, int oldest = 1)
    {
        var link = new FakeLink(node);
        Nodes.Tell(new RemoteNodesMessage.Greeted(link, new UpFrame.Hello(version, oldest, "0.1.0", instance ?? Guid.Empty)));
        World.RunUntilIdle();
        return link;
    }

    public void Say(FakeLink link, params UpFrame[] frames)
    {
        foreach (var frame in frames)
        {
            Nodes.Tell(new RemoteNodesMessage.Said(link, new ReceivedFrame(frame, 10)));
        }

        World.RunUntilIdle();
    }

    /// <summary>A node that can be given work, as the scheduler was told of it.</summary>
    public (FakeLink Link, IActorRef<NodeMessage> Node) Join(string node = "n1")
    {
        var link = Greet(node);
        Say(link, new UpFrame.Ready(Given.Incarnation, Given.Facts));
        Scheduler.Expect(new SchedulerMessage.NodeHeard(link.Node));
        return (link, Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>().Node);
    }

    /// <summary>A job gives attempts to it.</summary>
    public void Give(IActorRef<NodeMessage> node, params int[] tasks) => Give(node, [.. tasks.Select(Given.Start)]);

    /// <summary>The same, in its own words.</summary>
    public void Give(IActorRef<NodeMessage> node, params TaskStart[] tasks)
    {
        node.Tell(new NodeMessage.StartTasks(Job, [.. tasks]));
        World.RunUntilIdle();
    }

    public Task<BroughtOutput?> FindAsync(AttemptId attempt, string path, CancellationToken cancellationToken) =>
        StoreFails is { } failure ? Task.FromException<BroughtOutput?>(failure) : Task.FromResult(Brought.GetValueOrDefault((attempt, path)));

    public Task CloseAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        Closed.Add(attempt);
        return Task.CompletedTask;
    }

    /// <summary>While set, the views do not answer; what it holds then is how they fail.</summary>
    public TaskCompletionSource? ViewsAnswer { get; set; }

    public async Task<bool> WasGivenToAsync(string node, AttemptId attempt, CancellationToken cancellationToken)
    {
        await (ViewsAnswer?.Task ?? Task.CompletedTask);
        return History.Contains((node, attempt));
    }
}
