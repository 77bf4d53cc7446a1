namespace Dpu.Hocon.Syntax;

/// <summary>Where a text comes from, and where its root stands in the whole configuration.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Directory">What its includes are relative to; null when it has no place on the disk.</param>
/// <param name="Root">Path of its root: empty, but for an included file.</param>
/// <param name="Scopes">Where its substitutions are looked up: its own root first, then those of the files that include it.</param>
/// <param name="InList">True when it is included inside a list, where no path leads to.</param>
internal sealed record DocumentContext(
    string Name, string? Directory, HoconPath Root, IReadOnlyList<HoconPath> Scopes, bool InList)
{
    public static DocumentContext TopLevel(string name, string? directory) =>
        new(name, directory, HoconPath.Root, [HoconPath.Root], InList: false);

    /// <summary>The context of a file that this one includes at <paramref name="location"/>.</summary>
    public DocumentContext Included(string path, HoconPath location, bool inList)
    {
        IReadOnlyList<HoconPath> scopes = location.Equals(Scopes[0]) ? Scopes : [location, .. Scopes];
        return new DocumentContext(path, Path.GetDirectoryName(path), location, scopes, InList || inList);
    }
}
