using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scaling;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Cluster.Frontend;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Dpu.Service.Configuration;
using Dpu.Service.Hosting;
using Dpu.Service.Http.Sessions;
using Dpu.Service.Ingest;
using Dpu.Service.Nodes;
using Dpu.Service.Notifications;
using Dpu.Service.Pilots;
using Dpu.Service.Products;
using Dpu.Service.Shipping;
using Dpu.Service.Staging;
using Dpu.Service.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Http;

/// <summary>What the endpoints work with.</summary>
internal sealed record ApiServices(
    LiveConfiguration Live,
    Func<ReloadReport> Reload,
    ActorSystem System,
    IActorRef<FrontendMessage> Frontend,
    Func<SubmissionPlanner> PlannerNow,
    RecipeExecutables Executables,
    Func<FrameIngest> IngestNow,
    Readable Readable,
    IJournalReader Journal,
    bool HasNode,
    INodeShapes Shapes,
    IActorRef<SchedulerMessage> Scheduler,
    NodeMembership Membership,
    IActorRef<RemoteNodesMessage> RemoteNodes,
    NodeGrants Grants,
    ArrivingOutputs Arriving,
    Func<string?> JournalTrouble,
    DateTimeOffset StartedAt,
    ILogger Logger,
    CancellationToken Stopping)
{
    /// <summary>How writing to the journal goes.</summary>
    public required WatchedJournal Watched { get; init; }

    /// <summary>What is gathered from all tasks of a job.</summary>
    public JobFacts Facts { get; } = new(System.Time);

    /// <summary>What attempts do at this moment.</summary>
    public required PhaseBoard Phases { get; init; }

    /// <summary>The program, packed for hosts that do not have it.</summary>
    public required NodePackages Packages { get; init; }

    /// <summary>Files in other forms.</summary>
    public required ProductConverter Products { get; init; }

    /// <summary>What hosts need to be told to become nodes.</summary>
    public required NodeLaunches Launches { get; init; }

    /// <summary>Who is known.</summary>
    public required UserAccess Users { get; init; }

    /// <summary>How browsers are known.</summary>
    public required BrowserSessions Sessions { get; init; }

    /// <summary>Who is told what.</summary>
    public required NotificationAccess Notifications { get; init; }

    /// <summary>Nodes as jobs of a batch system.</summary>
    public required IActorRef<ScalingMessage> Scaling { get; init; }

    /// <summary>Code that users brought.</summary>
    public required CodeStore Code { get; init; }

    /// <summary>Recipes beside the usual ones.</summary>
    public required IRecipeShelf Shelf { get; init; }

    /// <summary>The options that hold now: ask once for what belongs together.</summary>
    public DpuOptions Options => Live.Options;

    public RecipeCatalog Recipes => Options.Recipes;

    public SubmissionPlanner Planner => PlannerNow();

    public FrameIngest Ingest => IngestNow();

    /// <summary>The node in this very process; null without one.</summary>
    public NodeOptions? Node => HasNode ? DpuHost.NodeOptionsOf(Options) : null;

    /// <summary>What hosts are called as nodes here.</summary>
    public HostNames HostNames => new(Node?.Name, Environment.MachineName);

    /// <summary>What this service is: with a node of its own, or without.</summary>
    public string Role => HasNode ? "embedded" : "frontend";

    public string Store => Path.Combine(Options.DataDirectory, "store");

    public StagingParts Staging => new(Grants, Readable.FindForNodeAsync, Store, Arriving) { PathOfCode = Code.PathOf };

    /// <summary>What an attempt does now; null when it has ended, or its node has not said it.</summary>
    public KnownPhase? PhaseOf(JobId job, int task, AttemptRow attempt) =>
        attempt.EndedAt is null ? Phases.Find(attempt.Node, new AttemptId(job, task, attempt.Number)) : null;

    /// <inheritdoc cref="Readable.For(HttpContext)"/>
    public Visible VisibleTo(HttpContext context) => Readable.For(context);

    /// <inheritdoc cref="Readable.FreshenAsync"/>
    public Task FreshenAsync(CancellationToken cancellationToken) => Readable.FreshenAsync(cancellationToken);
}
