using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>A file of the catalog.</summary>
/// <param name="Path">Absolute, on the DPU's host.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
/// <param name="Task">The attempt that made it, <c>job/task/attempt</c>; null for what was ingested.</param>
/// <param name="Name">The file's name without folders.</param>
/// <param name="Main">True for a main product, false for what goes with it.</param>
/// <param name="Committed">True when later jobs may use it as an input.</param>
public sealed record FileRecord(
    string Id,
    string Path,
    string Type,
    long SizeBytes,
    string Sha256,
    IReadOnlyDictionary<string, ApiValue> Metadata,
    string? Task,
    string Name,
    bool Main,
    bool Committed)
{
    /// <summary>Whose it is; not written when that was not recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }

    /// <summary>The project that it belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>Who sees it, beside its owner: <c>mydb</c> (nobody), <c>project</c> (members), <c>users</c> (all of them) or <c>world</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }

    /// <summary>The code of a user's own that made it, by its SHA-256; not written for released code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CodeSha256 { get; init; }
}

/// <summary>A file and what it came from (up) or what was made of it (down), in the words of the Open Provenance Model.</summary>
public sealed record Provenance(FileRecord File, IReadOnlyList<ProvenanceEdge> Edges, IReadOnlyList<FileRecord> Files)
{
    /// <summary>The attempts in it of which more than the name is known; null from a DPU that does not tell.</summary>
    public IReadOnlyList<ProvenanceAttempt>? Processes { get; init; }

    /// <summary>Whether there are more relations, farther away, than were asked for.</summary>
    public bool More { get; init; }
}

/// <summary>An attempt in a history.</summary>
/// <param name="Attempt">Its name, <c>job/task/attempt</c>.</param>
/// <param name="Step">The step of the job.</param>
/// <param name="Node">Where it ran.</param>
/// <param name="Started">When.</param>
/// <param name="Ended">When it ended; null while it runs.</param>
public sealed record ProvenanceAttempt(string Attempt, string Step, string Node, DateTimeOffset Started, DateTimeOffset? Ended);

/// <summary>One relation; <paramref name="From"/> and <paramref name="To"/> are ids of files or names of attempts.</summary>
/// <param name="Relation"><c>used</c>, <c>wasGeneratedBy</c> or <c>wasDerivedFrom</c>.</param>
public sealed record ProvenanceEdge(string From, string To, string Relation);

/// <summary>Files to register; absolute paths on the DPU's host.</summary>
public sealed record IngestRequest(IReadOnlyList<string> Paths)
{
    /// <summary>The project that they belong to; null for the common one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>Who sees them: <c>mydb</c>, <c>project</c>, <c>users</c> or <c>world</c>; null for users.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }
}

/// <summary>What became of each path: new, known before (nothing changed), or refused with the reason.</summary>
public sealed record IngestResult(
    IReadOnlyList<RegisteredFile> Registered,
    IReadOnlyList<KnownFile> Known,
    IReadOnlyList<RefusedFile> Refused);

public sealed record RegisteredFile(string Path, string Id, string Type, IReadOnlyDictionary<string, ApiValue> Metadata);

public sealed record KnownFile(string Path, string Id);

public sealed record RefusedFile(string Path, string Reason);
