using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Journal.Catalog;

/// <summary>The catalog as one caller sees it, by <see cref="Domain.Users.Caller.Sees"/>. A file that he does not see is not there.</summary>
public interface IVisibleCatalog
{
    /// <summary>Files that a text means (see <see cref="FileQuery"/>), newest first, at most <paramref name="limit"/>; committed or not.</summary>
    /// <param name="query">The text.</param>
    /// <param name="after">Only those that come behind the file of this id; null for the first ones.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The text is no query; the message says where.</exception>
    Task<ImmutableArray<CatalogFile>> QueryAsync(string query, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The file of this id, path or name (the newest of that name that he sees); null when there is none.</summary>
    Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken);

    /// <summary>
    /// The history of a file, found as by <see cref="FindAsync"/>; null when there is no such file. Upwards, what he does not see is <see cref="ProvenanceEdge.NotVisible"/>, once for each
    /// thing that came of it, and is not followed: a history says where it is not whole. Downwards it is left out: what others make of a file is no part of its history.
    /// </summary>
    /// <param name="idOrPathOrName">The file.</param>
    /// <param name="direction">Which way.</param>
    /// <param name="edgesMax">At most so many edges, the nearest: what half a survey was made of can be asked for as well.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, int edgesMax, CancellationToken cancellationToken);
}
