using Dpu.Actors.Campaigns;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Membership;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Shipping;
using Dpu.Hocon;
using Dpu.Journal.Store;
using Dpu.Kernel;
using Dpu.TestKit;
using Shouldly;

namespace Dpu.Actors.Tests.Frontend;

/// <summary>A frontend with its jobs over a store in memory; the scheduler and the nodes are the test's.</summary>
internal sealed class FrontendBench : IDisposable
{
    private static readonly RecipeCatalog Recipes = Read("""Null { command = ["null"] }""");

    private static readonly RetryRequest Unchanged = new(null, [], Recipes, new Resources(4, 1 << 30));

    private readonly MemoryStore _store = new();
    private ActorSystem? _system;

    public FrontendBench()
    {
        Journal = new GatedJournal(_store.Journal);
        Views = new GatedViews(_store.Views);
        Scheduler = new TestProbe<SchedulerMessage>(World, "scheduler");
        Node = new TestProbe<NodeMessage>(World, "node");
        Submitter = new TestProbe<SubmitReply>(World, "submitter");
        Canceller = new TestProbe<ControlReply>(World, "canceller");
    }

    public Simulation World { get; } = new(1);

    public GatedJournal Journal { get; }

    public GatedViews Views { get; }

    public TestProbe<SchedulerMessage> Scheduler { get; }

    public TestProbe<NodeMessage> Node { get; }

    public TestProbe<SubmitReply> Submitter { get; }

    public TestProbe<ControlReply> Canceller { get; }

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
        var planner = new SubmissionPlanner(Recipes, _store.Catalog, Views, new KnownNodeShapes(() => new ConfiguredNodes(new NodeShape(new Resources(4, 1 << 30), []), [])), RetryRules.Once, _ => Unavailable, NoQueries.Instance);
        Frontend = _system.Spawn(new Props<FrontendMessage>(() => new FrontendActor(Journal, Views, () => planner, Scheduler)), "frontend");
    }

    /// <summary>Starts what submits for campaigns, beside the frontend.</summary>
    public void StartCampaigns(params CampaignPlan[] plans) =>
        _system!.Spawn(new Props<CampaignMessage>(() => new CampaignActor(plans, Views, Journal, Frontend)), "campaigns");

    /// <summary>A job's place in its campaign, as it was committed.</summary>
    public CampaignUnit? UnitOf(JobId job) => SpecOf(job).Campaign;

    /// <summary>A job as it was committed.</summary>
    public JobSpec SpecOf(JobId job) => ((JobEvent.Submitted)World.Await(FirstEventAsync(job))).Spec;

    public void Submit(string key = "key", int priority = 0, CampaignRequest? campaign = null, bool run = true, ShippedSettings? settings = null, params int[] after)
    {
        Frontend.Tell(new FrontendMessage.Submit(
            new Submission.OfRecipes("user", key, priority, [], "Null", [], null, null, null) { Campaign = campaign, Settings = settings ?? ShippedSettings.None, Isolated = settings is not null, After = [.. after.Select(job => new JobId(job))] },
            Submitter));
        if (run)
        {
            World.RunUntilIdle();
        }
    }

    public SubmitReply.Accepted Accepted(string key = "key")
    {
        Submit(key);
        return Submitter.ExpectMessage<SubmitReply.Accepted>();
    }

    /// <summary>What the scheduler was told of a job last.</summary>
    public SchedulerMessage.JobAnnounced Announced(int job) =>
        Scheduler.Received.OfType<SchedulerMessage.JobAnnounced>().Last(announced => announced.Demand.Job == new JobId(job));

    public void Send(int job, JobCommand command) => Frontend.Tell(new FrontendMessage.Control(new JobId(job), command, Canceller));

    public ControlReply Control(int job, JobCommand command)
    {
        Send(job, command);
        World.RunUntilIdle();
        return Canceller.ExpectMessage<ControlReply>();
    }

    public void SendRetry(int job, string key) => Send(job, new JobCommand.RetryJob("user", key, Unchanged));

    public ControlReply Retry(int job, string key) => Control(job, new JobCommand.RetryJob("user", key, Unchanged));

    public RetryPreview Preview(int job)
    {
        var asker = new TestProbe<RetryPreview>(World, "asker");
        Frontend.Tell(new FrontendMessage.PreviewRetry(new JobId(job), Unchanged, asker));
        return asker.ExpectMessage<RetryPreview>();
    }

    /// <summary>Plays scheduler and node: the job's only task is started, as the attempt of this number, and ends normally.</summary>
    public void Run(int job, int attempt)
    {
        var announced = Announced(job);
        announced.Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
        announced.Job.Tell(new JobMessage.Assign(GivenJobs.Assign(0), Node, announced.Announcement));
        var id = GivenJobs.Attempt(0, attempt, new JobId(job));
        Node.ExpectMessage<NodeMessage.StartTasks>().Tasks.Single().Attempt.ShouldBe(id);
        announced.Job.Tell(new JobMessage.Reported(GivenJobs.Ended(id), [id], Node));
        Node.ExpectMessage<NodeMessage.Settled>();
        World.RunUntilIdle();
        Status(job).ShouldBe(JobStatus.Finished);
    }

    public JobStatus Status(int job)
    {
        var views = _store.Views;
        views.CaughtUpAsync(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        return views.GetJobsAsync([new JobId(job)], CancellationToken.None).Result.Single().Status;
    }

    public void Cancel(int job, bool force = false)
    {
        Frontend.Tell(new FrontendMessage.Control(new JobId(job), new JobCommand.CancelJob("user", force), Canceller));
        World.RunUntilIdle();
    }

    public void Claim(params AttemptId[] attempts)
    {
        Frontend.Tell(new FrontendMessage.Claim("node", [.. attempts], Node));
        World.RunUntilIdle();
    }

    public void Dispose() => _store.Dispose();

    private async Task<object> FirstEventAsync(JobId job)
    {
        await foreach (var persisted in _store.Journal.ReadAsync(JobActor.PersistenceIdOf(job), 1, CancellationToken.None))
        {
            return persisted.Event;
        }

        throw new InvalidOperationException($"Job {job} has no event.");
    }

    private static RecipeCatalog Read(string text) => ((Declared<RecipeCatalog>.Valid)RecipeCatalogReader.Read(HoconParser.ParseString(text, "recipes.conf"), RetryRules.Once)).Value;
}
