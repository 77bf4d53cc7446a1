using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>Reads the catalog's tables.</summary>
internal sealed class SqliteCatalog(Reads reads) : ICatalog
{
    public IVisibleCatalog SeenBy(Caller caller) => new VisibleCatalog(reads, caller);

    public Task<ImmutableArray<CatalogFile>> SelectAsync(FileSelection selection, int limit, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Select(database, selection, limit), cancellationToken);

    public Task<ImmutableArray<CatalogFile>> QueryAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var parsed = FileQuery.Parse(query);
        return reads.RunAsync(database => FileQueries.Query(database, parsed, after: null, limit, caller: null), cancellationToken);
    }

    public Task<ImmutableArray<CatalogFile>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        reads.RunAsync(database => ids.Select(id => FileQueries.Get(database, id)).OfType<CatalogFile>().ToImmutableArray(), cancellationToken);

    public Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Find(database, idOrPathOrName, Condition.Always), cancellationToken);

    public Task<CatalogFile?> FindAsync(string idOrPathOrName, FileScope scope, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Find(database, idOrPathOrName, Sight.Within(scope, "f")), cancellationToken);

    public Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, CancellationToken cancellationToken) =>
        reads.RunAsync(database => new ProvenanceQuery(database, direction, caller: null).Run(idOrPathOrName), cancellationToken);
}
