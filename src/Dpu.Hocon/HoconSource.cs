namespace Dpu.Hocon;

/// <summary>One layer of a configuration.</summary>
public abstract record HoconSource
{
    private HoconSource()
    {
    }

    /// <summary>A file that must exist.</summary>
    public static HoconSource File(string path) => new FileSource(path, Required: true);

    /// <summary>A file that may be missing; then it adds nothing.</summary>
    public static HoconSource OptionalFile(string path) => new FileSource(path, Required: false);

    /// <summary>
    /// The files of a directory that match a pattern such as <c>*.conf</c>, in the ordinal order of their names, so that the same
    /// files always mean the same; none when there is no such directory.
    /// </summary>
    public static IReadOnlyList<HoconSource> FilesIn(string directory, string pattern)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        string[] paths = Directory.GetFiles(directory, pattern);
        Array.Sort(paths, StringComparer.Ordinal);
        return [.. paths.Select(File)];
    }

    /// <summary>A document in memory; errors name it <paramref name="originName"/>.</summary>
    public static HoconSource Text(string text, string originName) => new TextSource(text, originName);

    /// <summary>
    /// A single assignment such as <c>dpu.http.port=8080</c>, as it stands behind <c>-D</c> on a command line. The left side is a
    /// path expression, the right side one value in HOCON's syntax; an empty right side is the empty text.
    /// </summary>
    public static HoconSource Assignment(string assignment, string originName = "-D") => new AssignmentSource(assignment, originName);

    internal sealed record FileSource(string Path, bool Required) : HoconSource;

    internal sealed record TextSource(string Content, string Name) : HoconSource;

    internal sealed record AssignmentSource(string Content, string Name) : HoconSource;
}
