using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>Reads the catalog's tables for a caller.</summary>
internal sealed class VisibleCatalog(Reads reads, Caller caller) : IVisibleCatalog
{
    public Task<ImmutableArray<CatalogFile>> QueryAsync(string query, string? after, int limit, CancellationToken cancellationToken)
    {
        var parsed = FileQuery.Parse(query);
        return reads.RunAsync(database => FileQueries.Query(database, parsed, after, limit, caller), cancellationToken);
    }

    public Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.Find(database, idOrPathOrName, Sight.OfWhatIsMade(caller, "f", "owner")), cancellationToken);

    public Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, int edgesMax, CancellationToken cancellationToken) =>
        reads.RunAsync(database => new ProvenanceQuery(database, direction, caller).Run(idOrPathOrName, edgesMax), cancellationToken);
}
