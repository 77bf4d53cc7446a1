using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Dpu.Journal.Store;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Frontend;

/// <summary>A frontend with its jobs over a store in memory; the scheduler and the nodes are the test's.</summary>
internal sealed class FrontendBench : IDisposable
{
    private static readonly RecipeCatalog Recipes = Read("""Null { command = ["null"] }""");

    private readonly MemoryStore _store = new();
    private ActorSystem? _system;

    public FrontendBench()
    {
        Journal = new GatedJournal(_store.Journal);
        Views = new GatedViews(_store.Views);
        Scheduler = new TestProbe<SchedulerMessage>(World, "scheduler");
        Node = new TestProbe<NodeMessage>(World, "node");
        Submitter = new TestProbe<SubmitReply>(World, "submitter");
        Canceller = new TestProbe<CancelReply>(World, "canceller");
    }

    public Simulation World { get; } = new(1);

    public GatedJournal Journal { get; }

    public GatedViews Views { get; }

    public TestProbe<SchedulerMessage> Scheduler { get; }

    public TestProbe<NodeMessage> Node { get; }

    public TestProbe<SubmitReply> Submitter { get; }

    public TestProbe<CancelReply> Canceller { get; }

    public IActorRef<FrontendMessage> Frontend { get; private set; } = null!;

    /// <summary>Why no recipe can run here, or null.</summary>
    public string? Unavailable { get; set; }

    public static FrontendBench Ready()
    {
        var bench = new FrontendBench();
        bench.Start();
        bench.World.RunUntilIdle();
        return bench;
    }

    /// <summary>Starts the frontend, after killing the one before.</summary>
    public void Start()
    {
        if (_system is not null)
        {
            World.Crash(_system);
        }

        _system = World.StartSystem("service");
        var planner = new SubmissionPlanner(Recipes, _store.Catalog, Views, new Resources(4, 1 << 30), RetryRules.Once, _ => Unavailable, NoQueries.Instance);
        Frontend = _system.Spawn(new Props<FrontendMessage>(() => new FrontendActor(Journal, Views, planner, Scheduler)), "frontend");
    }

    public void Submit(string key = "key", int priority = 0)
    {
        Frontend.Tell(new FrontendMessage.Submit(
            new Submission.OfRecipes("user", key, priority, [], "Null", [], null, null, null),
            Submitter));
        World.RunUntilIdle();
    }

    public SubmitReply.Accepted Accepted(string key = "key")
    {
        Submit(key);
        return Submitter.ExpectMessage<SubmitReply.Accepted>();
    }

    public void Cancel(int job, bool force = false)
    {
        Frontend.Tell(new FrontendMessage.Cancel(new JobId(job), "user", force, Canceller));
        World.RunUntilIdle();
    }

    public void Claim(params AttemptId[] attempts)
    {
        Frontend.Tell(new FrontendMessage.Claim("node", [.. attempts], Node));
        World.RunUntilIdle();
    }

    public void Dispose() => _store.Dispose();

    private static RecipeCatalog Read(string text) => ((Declared<RecipeCatalog>.Valid)RecipeCatalogReader.Read(HoconParser.ParseString(text, "recipes.conf"), RetryRules.Once)).Value;
}
