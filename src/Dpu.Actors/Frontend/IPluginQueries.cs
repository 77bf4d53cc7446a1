using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;

namespace Dpu.Actors.Frontend;

/// <summary>Executables that print the rows of pipelines.</summary>
public interface IPluginQueries
{
    /// <summary>Runs a query and finds the files of its rows. It registers nothing.</summary>
    /// <param name="pipeline">Whose query it is.</param>
    /// <param name="query">The query.</param>
    /// <param name="arguments">The pipeline's options as arguments.</param>
    /// <param name="scope">Which files of the catalog its rows may name; the others are not there.</param>
    /// <param name="cancellationToken">Ends it, with everything that it started.</param>
    /// <returns>The rows, or why there are none.</returns>
    Task<Checked<QueriedRows>> RunAsync(string pipeline, RowQuery.Plugin query, ImmutableArray<string> arguments, FileScope scope, CancellationToken cancellationToken);

    /// <summary>Registers files; completes when that is durable.</summary>
    /// <exception cref="Kernel.Persistence.JournalException">They cannot be registered.</exception>
    Task RegisterAsync(ImmutableArray<CatalogFile> files, CancellationToken cancellationToken);
}
