using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Journal.Catalog;

/// <summary>Which way a history is followed.</summary>
public enum ProvenanceDirection
{
    /// <summary>Where it came from.</summary>
    Up,

    /// <summary>What was made of it.</summary>
    Down,
}

/// <summary>The relations of the Open Provenance Model that the catalog records.</summary>
public enum ProvenanceRelation
{
    /// <summary>An attempt was given a file.</summary>
    Used,

    /// <summary>A file was made by an attempt.</summary>
    WasGeneratedBy,

    /// <summary>A file was made from a file.</summary>
    WasDerivedFrom,
}

/// <summary>One edge: <paramref name="Effect"/> relates to <paramref name="Cause"/>, always from the later to the earlier.</summary>
/// <param name="Effect">A file's id, or an attempt in its written form.</param>
/// <param name="Relation">How.</param>
/// <param name="Cause">A file's id, or an attempt in its written form.</param>
/// <param name="Depth">How many edges it is away from where the question began, from 1.</param>
public sealed record ProvenanceEdge(string Effect, ProvenanceRelation Relation, string Cause, int Depth)
{
    /// <summary>Stands for a cause that whoever asks does not see. No id is written so.</summary>
    public const string NotVisible = "(not visible)";
}

/// <summary>An attempt in a history.</summary>
public sealed record ProvenanceProcess(AttemptId Attempt, string Step, string Node, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>A file's history.</summary>
/// <param name="Root">The file that was asked about.</param>
/// <param name="Edges">Nearest first.</param>
/// <param name="Files">Every file in it, the root included.</param>
/// <param name="Processes">Every attempt in it.</param>
public sealed record Provenance(
    CatalogFile Root,
    ImmutableArray<ProvenanceEdge> Edges,
    ImmutableArray<CatalogFile> Files,
    ImmutableArray<ProvenanceProcess> Processes)
{
    /// <summary>Whether there are more edges than were asked for.</summary>
    public bool More { get; init; }
}

/// <summary>The registry of files. It is written by events only: registration of ingested files, and the ends of attempts.</summary>
public interface ICatalog
{
    /// <summary>The same for somebody who asks: whatever is answered to a request comes from here. The other members are what the DPU asks for itself.</summary>
    IVisibleCatalog SeenBy(Caller caller);

    /// <summary>Files that a selection means, newest first, at most <paramref name="limit"/>.</summary>
    Task<ImmutableArray<CatalogFile>> SelectAsync(FileSelection selection, int limit, CancellationToken cancellationToken);

    /// <summary>Files that a text means (see <see cref="FileQuery"/>), newest first, at most <paramref name="limit"/>; committed or not.</summary>
    /// <exception cref="FormatException">The text is no query; the message says where.</exception>
    Task<ImmutableArray<CatalogFile>> QueryAsync(string query, int limit, CancellationToken cancellationToken);

    /// <summary>These files, in the order asked for; unknown ids are left out.</summary>
    Task<ImmutableArray<CatalogFile>> GetAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The file of this id, path or name (the newest of that name); null when there is none.</summary>
    Task<CatalogFile?> FindAsync(string idOrPathOrName, CancellationToken cancellationToken);

    /// <summary>The same among the files that a job may read.</summary>
    Task<CatalogFile?> FindAsync(string idOrPathOrName, FileScope scope, CancellationToken cancellationToken);

    /// <summary>The history of a file, found as by <see cref="FindAsync(string, CancellationToken)"/>; null when there is no such file.</summary>
    Task<Provenance?> GetProvenanceAsync(string idOrPathOrName, ProvenanceDirection direction, CancellationToken cancellationToken);
}
