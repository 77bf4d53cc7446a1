using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Journal.Catalog;

/// <summary>The catalog as one caller sees it, by <see cref="Domain.Users.Caller.Sees"/>. A file that he does not see is not there.</summary>
public interface IVisibleCatalog
{
    /// <inheritdoc cref="ICatalog.QueryAsync"/>
    Task<ImmutableArray<CatalogFile>> QueryAsync(string query, int limit, CancellationToken cancellationToken);

    /// <summary>The file of this id, path or name (the newest of that name that he sees); null when there is none.</summary>
    Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken);

    /// <summary>
    /// The history of a file, found as by <see cref="FindAsync"/>; null when there is no such file. Upwards, what he does not see is <see cref="ProvenanceEdge.NotVisible"/>, once for each
    /// thing that came of it, and is not followed: a history says where it is not whole. Downwards it is left out: what others make of a file is no part of its history.
    /// </summary>
    Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, CancellationToken cancellationToken);
}
