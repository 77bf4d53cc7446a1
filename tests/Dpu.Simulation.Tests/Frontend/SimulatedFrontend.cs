using Dpu.Actors.Catalog;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Membership;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Logs;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>One life of the frontend's service: the real actors, put together as the host does it, over stores that outlive it.</summary>
internal sealed class SimulatedFrontend
{
    private static readonly SupervisorStrategy Escalate = new SupervisorStrategy.Escalate();

    private static readonly SupervisorStrategy UntilTheJournalAnswers = new SupervisorStrategy.Restart(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1));

    private readonly PlantedBug _planted;
    private readonly ListeningScheduler _jobs;
    private readonly Func<IEnumerable<LogChunk>> _pendingLogs;
    private readonly ReplyTo<NodeMessage> _nobody = new(static _ => { });
    private SchedulerActor? _scheduler;

    public SimulatedFrontend(SimulatedWorld world, SimulatedStores stores, IAttemptHistory history, SimulatedHost? local)
    {
        _planted = world.Planted;
        System = world.Simulation.StartSystem("frontend", options => options with { Loggers = new StrictLoggers(world) });
        Process = world.Simulation.ProcessOf(System);
        var service = new ServiceWorld(world, Process.Time);
        var journal = new FaultyJournal(stores.Durable.Journal, service);
        var views = new FaultyViews(stores.Durable.Views, service);
        var logs = new FaultyLogStore(stores.Logs, service);
        _pendingLogs = () => logs.Pending;
        var planner = new SubmissionPlanner(stores.Recipes, stores.Durable.Catalog, views, new KnownNodeShapes(() => new ConfiguredNodes(new NodeShape(stores.Capacity, []), [])), stores.Retry, _ => null, NoQueries.Instance);
        var timeout = world.Planted == PlantedBug.LostAtFence ? world.Terms.FenceAfter : world.Terms.NodeTimeout;
        Scheduler = System.Spawn(new Props<SchedulerMessage>(() => _scheduler = new SchedulerActor(SchedulingPolicy.Usual, new NodeWatch(local?.Name, timeout))) { Supervision = Escalate }, "scheduler");
        _jobs = new ListeningScheduler(Scheduler);
        Frontend = System.Spawn(new Props<FrontendMessage>(() => new FrontendActor(journal, views, () => planner, _jobs)) { Supervision = Escalate }, "frontend");
        Catalog = System.Spawn(new Props<CatalogMessage>(() => new CatalogActor(journal)) { Supervision = UntilTheJournalAnswers }, "catalog");
        var parts = new FrontendParts(Scheduler, Frontend, logs, history, Grants, world.Outputs.SeenBy(service), timeout) { Phases = new PhaseBoard(Process.Time) };
        var presence = new NodePresence(local?.Name, timeout, Process.Time);
        Nodes = System.Spawn(new Props<RemoteNodesMessage>(() => new RemoteNodesActor(parts, presence, () => world.Terms.Link)) { Supervision = Escalate }, "nodes");
        if (local is not null)
        {
            Local = new SimulatedManager(world, local, System, new SimulatedLauncher(world, local, Process), logs, Scheduler, Frontend, phases => parts.Phases.Tell(local.Name, phases));
        }
    }

    public ActorSystem System { get; }

    public SimulatedProcess Process { get; }

    public IActorRef<FrontendMessage> Frontend { get; }

    public IActorRef<SchedulerMessage> Scheduler { get; }

    public IActorRef<CatalogMessage> Catalog { get; }

    public IActorRef<RemoteNodesMessage> Nodes { get; }

    public NodeGrants Grants { get; } = new();

    /// <summary>The Cluster_Manager of the node that lives in the same process, if there is one.</summary>
    public SimulatedManager? Local { get; }

    /// <summary>Log chunks that can be read and are not durable.</summary>
    public IEnumerable<LogChunk> PendingLogs => _pendingLogs();

    /// <summary>What of any job is still held anywhere in this process; empty when nothing is.</summary>
    public IEnumerable<string> Held =>
    [
        .. _scheduler is { HoldsNothing: true } ? Array.Empty<string>() : ["the scheduler holds a job"],
        .. Local is null or { HoldsNothing: true } ? Array.Empty<string>() : ["its own node holds an attempt"],
        .. Grants.All.Select(grant => $"{grant.Attempt} is given to {grant.Node}"),
    ];

    /// <summary>With the bug planted that takes every node at its word, it is as if what it reports had been given to it.</summary>
    public void MayBelieve(string node, UpFrame frame)
    {
        if (_planted == PlantedBug.TakesReportsOfOthers && frame is UpFrame.Ended ended && _jobs.Jobs.TryGetValue(ended.Job, out var job))
        {
            foreach (var report in ended.Reports)
            {
                var attempt = new AttemptId(ended.Job, report.Attempt.Task, report.Attempt.Number);
                Grants.Give(node, new TaskStart(attempt, "any", new Resources(1, 0), null, [], TaskWork.Plain), job, 0);
            }
        }
    }

    /// <summary>Somebody reports an attempt that was over long ago, as a node would that had been cut off.</summary>
    public void ReportLate(AttemptId attempt, AttemptExit exit)
    {
        if (_jobs.Jobs.TryGetValue(attempt.Job, out var job))
        {
            job.Tell(new JobMessage.Reported(new JobCommand.ReportEnds("elsewhere", [SimulatedManager.LateReport(attempt, exit)]), [attempt], _nobody));
        }
    }
}
