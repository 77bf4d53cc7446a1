using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Domain.Catalog;

/// <summary>A registered file: what it is, where it is, and what made it.</summary>
/// <param name="Id">Never reused: <c>raw-</c> and a part of the checksum for what was ingested, <c>job.task.attempt.name</c> for an output.</param>
/// <param name="Name">The file's name without folders.</param>
/// <param name="Path">Absolute for ingested files; relative to the store for outputs.</param>
/// <param name="SizeBytes">Its length in bytes.</param>
/// <param name="Sha256">Checksum of the whole file, 64 lower-case hexadecimal digits.</param>
/// <param name="Type">What kind of frame or product: <c>raw-bias</c>, <c>reduced</c> …</param>
/// <param name="Metadata">Searchable facts; keys are lower case.</param>
/// <param name="MadeBy">The attempt that made it; null for what was ingested.</param>
/// <param name="Committed">True when later jobs may find it as an input; ingested files always are.</param>
/// <param name="RegisteredAt">When it was registered.</param>
public sealed record CatalogFile(
    string Id,
    string Name,
    string Path,
    long SizeBytes,
    string Sha256,
    string Type,
    ImmutableSortedDictionary<string, MetadataValue> Metadata,
    AttemptId? MadeBy,
    bool Committed,
    DateTimeOffset RegisteredAt)
{
    /// <summary>Whose it is: who ingested it, or whose job made it; null when that was not recorded.</summary>
    [JsonRequired]
    public string? Owner { get; init; }

    /// <summary>Who sees it, beside its owner.</summary>
    [JsonRequired]
    public WorkContext Context { get; init; } = WorkContext.OfRawData;

    /// <summary>The code of a user's own that made it, by its checksum; null for released code.</summary>
    [JsonRequired]
    public string? CodeSha256 { get; init; }
}

/// <summary>What happened to the catalog by itself; outputs of tasks arrive inside their job's events.</summary>
public abstract record CatalogEvent(DateTimeOffset At)
{
    /// <summary>Files from outside were ingested. Stored as <c>catalog.files-registered.v2</c>.</summary>
    public sealed record FilesRegistered(ImmutableArray<CatalogFile> Files, DateTimeOffset At) : CatalogEvent(At);
}
