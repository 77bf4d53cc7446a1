using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Domain.Recipes;
using Dpu.Journal.Catalog;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Dpu.Service.Configuration;
using Dpu.Service.Ingest;
using Dpu.Service.Nodes;

namespace Dpu.Service.Http;

/// <summary>What the endpoints work with.</summary>
internal sealed record ApiServices(
    DpuOptions Options,
    ActorSystem System,
    IActorRef<FrontendMessage> Frontend,
    SubmissionPlanner Planner,
    RecipeCatalog Recipes,
    RecipeExecutables Executables,
    FrameIngest Ingest,
    IViews Views,
    IJournalReader Journal,
    ICatalog Catalog,
    ILogStore Logs,
    NodeOptions Node,
    DateTimeOffset StartedAt,
    CancellationToken Stopping)
{
    public string Store => Path.Combine(Options.DataDirectory, "store");
}
