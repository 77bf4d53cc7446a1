using System.Security.Cryptography;
using Dpu.Cluster.Links;

namespace Dpu.Service.Staging;

/// <summary>A file in the store by which a node finds out whether it sees the same one.</summary>
internal static class StoreProbes
{
    private const string FileName = ".probe";
    private const int TextBytes = 16;

    /// <summary>Makes it, with another text than any before: a copy or a backup of a store is not the store.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public static StoreProbe Make(string store)
    {
        var root = Directory.CreateDirectory(store).FullName;
        var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TextBytes));
        var half = Path.Combine(root, FileName + ".new");
        File.WriteAllText(half, text);
        File.Move(half, Path.Combine(root, FileName), overwrite: true);
        return new StoreProbe(root, FileName, text);
    }
}
