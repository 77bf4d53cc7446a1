using System.Xml.Linq;

namespace Dpu.Architecture.Tests;

/// <summary>The checked-out tree that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static IEnumerable<string> Projects(string folder) =>
        Directory.EnumerateDirectories(Path.Combine(Root, folder)).Where(path => File.Exists(ProjectFile(path))).Select(path => Path.GetFileName(path)!);

    public static IEnumerable<string> SourceFiles(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>Projects that a project's code may use; one that is only built before it does not count.</summary>
    public static IReadOnlyList<string> References(string project) =>
    [
        .. XDocument.Load(ProjectFile(Path.Combine(Root, "src", project)))
            .Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/'))),
    ];

    private static string ProjectFile(string folder) => Path.Combine(folder, Path.GetFileName(folder) + ".csproj");

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "DpuActors.sln"))
            ? folder
            : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests run inside the checked-out tree."));
}
