namespace Dpu.Client.Shipping;

/// <summary>A tree of code as a zip archive that can be brought to a DPU.</summary>
/// <param name="Tree">The folder that was packed; absolute.</param>
/// <param name="Archive">The archive: a temporary file that goes when this is disposed.</param>
/// <param name="Sha256">Of the archive; 64 lower-case hexadecimal digits.</param>
/// <param name="Files">How many files it holds.</param>
/// <param name="FileBytes">Their size together.</param>
/// <param name="LeftOut">What of the tree is not in it, relative to the tree: histories, caches, sockets.</param>
public sealed record CodePackage(string Tree, FileStream Archive, string Sha256, int Files, long FileBytes, IReadOnlyList<string> LeftOut) : IDisposable
{
    public void Dispose() => Archive.Dispose();
}

/// <summary>One file of a tree of code that is no folder on this host.</summary>
/// <param name="Name">Below the tree; parts are parted by slashes.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Open">Opens it from its beginning, as often as it is called; the caller closes it.</param>
public sealed record CodeFile(string Name, long Length, Func<Stream> Open);

/// <summary>A tree cannot be shipped; the message is for people.</summary>
public sealed class CodeTreeException(string message, Exception? inner = null) : Exception(message, inner);
