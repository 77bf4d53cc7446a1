namespace Dpu.Journal.Logs;

/// <summary>Where logs are kept and how they are cut.</summary>
/// <param name="Folder">For the segments; made for its owner only when it is not there.</param>
/// <param name="IndexPath">The database that tells where a job's blocks are; it is made again from the segments when it is lost.</param>
public sealed record FileLogStoreOptions(string Folder, string IndexPath)
{
    /// <summary>A segment that would grow past this is followed by a new one.</summary>
    public long SegmentBytesMax { get; init; } = 64 << 20;

    /// <summary>A block is closed when it holds this much, uncompressed.</summary>
    public int BlockBytes { get; init; } = 256 << 10;

    /// <summary>A block is written this long after its first chunk came, full or not: how much waits for its acknowledgement.</summary>
    public TimeSpan FlushAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary><c>logs/</c> and <c>logs.db</c> in a data directory.</summary>
    public static FileLogStoreOptions In(string dataDirectory) =>
        new(Path.Combine(dataDirectory, "logs"), Path.Combine(dataDirectory, "logs.db"));
}
