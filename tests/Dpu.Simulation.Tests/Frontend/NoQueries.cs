using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;

namespace Dpu.Simulated;

/// <summary>For where no pipeline has a plug-in query.</summary>
internal sealed class NoQueries : IPluginQueries
{
    public static NoQueries Instance { get; } = new();

    public Task<Checked<QueriedRows>> RunAsync(string pipeline, RowQuery.Plugin query, ImmutableArray<string> arguments, FileScope scope, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("No pipeline here has a query.");

    public Task RegisterAsync(ImmutableArray<CatalogFile> files, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("No pipeline here has a query.");
}
