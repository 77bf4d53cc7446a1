namespace Dpu.Service.Ingest;

/// <summary>A path to look at, or what is wrong with it already.</summary>
internal readonly record struct FoundFrame(string Path, string? Problem = null);

/// <summary>Finds frames: a file stands for itself, a folder for the frames in it and below it.</summary>
internal static class FrameFinder
{
    private static readonly string[] Endings = [".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fts.gz", ".fits.fz"];

    public static IEnumerable<FoundFrame> Find(string path)
    {
        if (!Path.IsPathRooted(path))
        {
            return [new FoundFrame(path, "is no absolute path")];
        }

        if (!Directory.Exists(path))
        {
            return [new FoundFrame(path)];
        }

        var found = Below(path).ToList();
        return found.Count > 0 ? found : [new FoundFrame(path, $"holds no frame: no file in it or below it ends in {string.Join(", ", Endings)}")];
    }

    private static IEnumerable<FoundFrame> Below(string folder)
    {
        List<FileSystemInfo> entries;
        try
        {
            entries = [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [new FoundFrame(folder, $"cannot be looked into: {error.Message}")];
        }

        return entries.SelectMany(Of);
    }

    /// <summary>A folder that is a link is passed over: it may lead back to where we are.</summary>
    private static IEnumerable<FoundFrame> Of(FileSystemInfo entry) => entry switch
    {
        DirectoryInfo { LinkTarget: null } => Below(entry.FullName),
        FileInfo when IsFrame(entry.Name) => [new FoundFrame(entry.FullName)],
        _ => [],
    };

    private static bool IsFrame(string name) => Endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
