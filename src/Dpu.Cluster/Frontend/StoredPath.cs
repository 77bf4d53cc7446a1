using System.Globalization;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Cluster.Frontend;

/// <summary>Paths of what attempts leave in the store. A node makes them up, so they are looked at before anything is done with them.</summary>
public static class StoredPath
{
    private const int NameBytesMax = 255;
    private const int PathBytesMax = 3000;

    /// <summary>The folder of an attempt, relative to the store.</summary>
    public static string FolderOf(AttemptId attempt) => string.Create(CultureInfo.InvariantCulture, $"{attempt.Job}/{attempt.Task}.{attempt.Number}");

    /// <summary>What is wrong with a path that should lie in some folder, relative to that; null when nothing is.</summary>
    public static string? FlawOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length == 0 ? "it is empty"
            : path.StartsWith('/') ? "it is absolute"
            : path.Any(char.IsControl) ? "it holds a control character"
            : path.Split('/').Any(part => part is "" or "." or "..") ? "it has a part that is empty, '.' or '..'"
            : path.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > NameBytesMax) || Encoding.UTF8.GetByteCount(path) > PathBytesMax ? "it is too long"
            : null;
    }
}
