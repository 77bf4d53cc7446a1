using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Journal.Store;

namespace Dpu.Simulated;

/// <summary>What outlives the frontend's process, and what does not change.</summary>
/// <param name="Durable">Journal, views, catalog.</param>
/// <param name="Logs">The logs.</param>
/// <param name="Recipes">What users may ask for.</param>
/// <param name="Capacity">The smallest node: whatever is taken fits everywhere.</param>
/// <param name="Retry">How often commands are tried.</param>
internal sealed record SimulatedStores(MemoryStore Durable, DurableLogs Logs, RecipeCatalog Recipes, Resources Capacity, RetryRules Retry);
