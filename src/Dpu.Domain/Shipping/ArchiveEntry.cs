namespace Dpu.Domain.Shipping;

/// <summary>One entry of an archive, as the archive tells it.</summary>
/// <param name="Name">As written, folders separated by <c>/</c>; a folder's own entry ends in one.</param>
/// <param name="SizeBytes">Of the file, unpacked.</param>
/// <param name="CompressedBytes">Of the file in the archive.</param>
/// <param name="UnixMode">Kind and permissions as <c>st_mode</c> has them; 0 when the archive says nothing.</param>
public sealed record ArchiveEntry(string Name, long SizeBytes, long CompressedBytes, int UnixMode)
{
    private const int KindMask = 0xF000;
    private const int AnyExecute = 0x49;

    /// <summary>Whether it is the entry of a folder.</summary>
    public bool IsFolder => Name.EndsWith('/');

    /// <summary>Whether the file may be executed.</summary>
    public bool IsExecutable => (UnixMode & AnyExecute) != 0;

    /// <summary>What it would be besides a file or a folder, in words; null for either of them.</summary>
    internal string? OtherKind => (UnixMode & KindMask) switch
    {
        0 or 0x8000 or 0x4000 => null,
        0xA000 => "a link",
        0x2000 or 0x6000 => "a device",
        0x1000 => "a pipe",
        0xC000 => "a socket",
        _ => "neither a file nor a folder",
    };

    internal bool IsMarkedAsFolder => (UnixMode & KindMask) == 0x4000;

    internal bool IsMarkedAsFile => (UnixMode & KindMask) == 0x8000;
}

/// <summary>How much an archive of code may hold; a small one can hold any amount.</summary>
/// <param name="EntriesMax">Files and folders, those included that are only parts of a path.</param>
/// <param name="UnpackedBytesMax">Bytes, all its files together.</param>
public sealed record ArchiveLimits(int EntriesMax, long UnpackedBytesMax)
{
    /// <summary>20 000 entries of 1 GiB together.</summary>
    public static ArchiveLimits Usual { get; } = new(20_000, 1L << 30);
}
