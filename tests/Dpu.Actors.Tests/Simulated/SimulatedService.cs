using Dpu.Actors.Catalog;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Membership;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>One life of the service: the real actors, put together as the host does it, over stores that outlive it.</summary>
internal sealed class SimulatedService
{
    private static readonly SupervisorStrategy Escalate = new SupervisorStrategy.Escalate();

    private static readonly SupervisorStrategy UntilTheJournalAnswers = new SupervisorStrategy.Restart(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1));

    private readonly Simulation _simulation;
    private readonly SimulatedLauncher _launcher;
    private readonly ListeningScheduler _jobs;
    private readonly ReplyTo<NodeMessage> _nobody = new(static _ => { });
    private SchedulerActor? _scheduler;
    private ClusterManagerActor? _manager;

    public SimulatedService(
        Simulation simulation,
        SimulatedKeeper keeper,
        MemoryStore store,
        MemoryLogStore logs,
        Faults faults,
        RecipeCatalog recipes,
        NodeOptions node,
        RetryRules retry,
        Action<Exception> onUnexplained)
    {
        _simulation = simulation;
        System = simulation.StartSystem("service", options => options with { Loggers = new StrictLoggers(onUnexplained) });
        var world = new ServiceWorld(simulation, simulation.ProcessOf(System).Time, faults);
        var journal = new FaultyJournal(store.Journal, world);
        var views = new FaultyViews(store.Views, world);
        _launcher = new SimulatedLauncher(simulation, keeper);
        var logsNow = new FaultyLogStore(logs, world);
        PendingLogs = () => logsNow.Pending;
        var planner = new SubmissionPlanner(recipes, store.Catalog, views, new KnownNodeShapes(new NodeShape(node.Capacity, node.Tags), []), retry, _ => null, NoQueries.Instance);

        var scheduler = System.Spawn(new Props<SchedulerMessage>(() => _scheduler = new SchedulerActor(SchedulingPolicy.Usual, new NodeWatch(node.Name, TimeSpan.FromMinutes(5)))) { Supervision = Escalate }, "scheduler");
        _jobs = new ListeningScheduler(scheduler);
        Frontend = System.Spawn(new Props<FrontendMessage>(() => new FrontendActor(journal, views, planner, _jobs)) { Supervision = Escalate }, "frontend");
        Catalog = System.Spawn(new Props<CatalogMessage>(() => new CatalogActor(journal)) { Supervision = UntilTheJournalAnswers }, "catalog");
        var files = new SimulatedTaskFiles(node, world);
        System.Spawn(
            new Props<NodeMessage>(() => _manager = new ClusterManagerActor(node, _launcher, files, logsNow, scheduler, Frontend)) { Supervision = Escalate },
            "node");
    }

    public ActorSystem System { get; }

    public IActorRef<FrontendMessage> Frontend { get; }

    public IActorRef<CatalogMessage> Catalog { get; }

    /// <summary>Log chunks that can be read and are not durable.</summary>
    public Func<IEnumerable<LogChunk>> PendingLogs { get; }

    /// <summary>Whether the node and the scheduler hold nothing of any job.</summary>
    public bool HoldsNothing => _manager is { HoldsNothing: true } && _scheduler is { HoldsNothing: true };

    /// <summary>Somebody reports an attempt that was over long ago, as a node would that had been cut off.</summary>
    public void ReportLate(AttemptId attempt, AttemptExit exit)
    {
        if (_jobs.Jobs.TryGetValue(attempt.Job, out var job))
        {
            var report = new AttemptReport(new TaskAttempt(attempt.Task, attempt.Number), exit.ExitCode == 0 ? null : FailureCause.Recipe, "late", exit, [], []);
            job.Tell(new JobMessage.Reported(new JobCommand.ReportEnds("elsewhere", [report]), [attempt], _nobody));
        }
    }

    /// <summary>The end of this process, as by SIGKILL.</summary>
    public void Kill()
    {
        _launcher.Die();
        _simulation.Crash(System);
    }
}
