using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Catalog;

/// <summary>Reads the catalog's tables.</summary>
internal sealed class SqliteCatalog(Reads reads) : ICatalog
{
    public Task<ImmutableArray<CatalogFile>> SelectAsync(FileSelection selection, int limit, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Select(database, selection, limit), cancellationToken);

    public Task<ImmutableArray<CatalogFile>> QueryAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var parsed = FileQuery.Parse(query);
        return reads.RunAsync(database => FileQueries.Query(database, parsed, limit), cancellationToken);
    }

    public Task<ImmutableArray<CatalogFile>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        reads.RunAsync(database => ids.Select(id => FileQueries.Get(database, id)).OfType<CatalogFile>().ToImmutableArray(), cancellationToken);

    public Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Find(database, idOrPathOrName), cancellationToken);

    public Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, CancellationToken cancellationToken) =>
        reads.RunAsync(database => ProvenanceQuery.Run(database, idOrPathOrName, direction), cancellationToken);
}
