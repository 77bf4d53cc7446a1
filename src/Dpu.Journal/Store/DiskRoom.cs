namespace Dpu.Journal.Store;

/// <summary>Says how much room is left where something could not be written.</summary>
internal static class DiskRoom
{
    /// <summary>One sentence about the file system that holds <paramref name="path"/>.</summary>
    public static string At(string path, long neededBytes)
    {
        try
        {
            var drive = new DriveInfo(Path.GetDirectoryName(path) ?? "/");
            return $"{drive.AvailableFreeSpace / 1024} KiB are free there, about {Math.Max(neededBytes / 1024, 1)} KiB are needed; writing goes on when there is room.";
        }
        catch (Exception unknown) when (unknown is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return $"How much is free there cannot be told ({unknown.Message}); about {Math.Max(neededBytes / 1024, 1)} KiB are needed.";
        }
    }
}
