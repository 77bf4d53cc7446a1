using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Service.Staging;

namespace Dpu.Service.Nodes;

/// <summary>Brings a file that a recipe left in its work directory to its place in the store: checksum, fsync, rename.</summary>
internal static class SavedFile
{
    /// <summary>Says why a file cannot be saved, before any of its attempt is; does nothing when it can, or was.</summary>
    /// <exception cref="TaskFilesException">The file is missing, is no regular file, or cannot be read.</exception>
    public static void Check(string source, string target, string shownName) =>
        OrSay(shownName, target, () => Open(PresentOf(source, target, shownName), shownName).Dispose());

    /// <summary>Size and SHA-256 of the file, which stands at <paramref name="target"/> afterwards. Again, after a crash, is the same.</summary>
    /// <exception cref="TaskFilesException">The file is missing, is no regular file, or cannot be saved.</exception>
    public static (long SizeBytes, string Sha256) MoveTo(string source, string target, string shownName)
    {
        (long, string) result = default;
        OrSay(shownName, target, () =>
        {
            var present = PresentOf(source, target, shownName);
            result = Checksum(present, shownName);
            if (present == source)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Move(source, target, overwrite: true);
            }

            DurableFile.SyncDirectory(Path.GetDirectoryName(target)!);
        });
        return result;
    }

    private static void OrSay(string shownName, string target, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' cannot be saved as {target}: {error.Message}");
        }
    }

    /// <summary>A name that is there, whatever it is of: <see cref="File.Exists"/> would not see a directory, nor a link to nothing.</summary>
    private static bool IsThere(string path) => File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static string PresentOf(string source, string target, string shownName) =>
        IsThere(source) ? source
        : File.Exists(target) ? target
        : throw new TaskFilesException(FailureCause.Data, $"the output '{shownName}' is listed, but the file is not there");

    private static FileStream Open(string path, string shownName) => RegularFile.Open(path, $"'{shownName}'", followLinks: false);

    private static (long SizeBytes, string Sha256) Checksum(string path, string shownName)
    {
        using var stream = Open(path, shownName);
        var hash = SHA256.HashData(stream);
        DurableFile.Sync(stream.SafeFileHandle, path);
        return (stream.Length, Convert.ToHexStringLower(hash));
    }
}
