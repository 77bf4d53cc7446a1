using System.Reflection;

namespace Dpu.Service.Pilots;

/// <summary>The program that runs here, and the .NET that it runs on: what another host needs to run the same.</summary>
/// <param name="Folder">Where the program stands.</param>
/// <param name="EntryName">Its assembly's file name in that folder.</param>
/// <param name="DotnetRoot">Where .NET stands; <c>dotnet</c> in it runs an assembly.</param>
/// <param name="DotnetParts">What of .NET it uses, as folders below the root.</param>
internal sealed record RunningProgram(string Folder, string EntryName, string DotnetRoot, IReadOnlyList<string> DotnetParts)
{
    public const string Muxer = "dotnet";

    public string EntryPath => Path.Combine(Folder, EntryName);

    public string MuxerPath => Path.Combine(DotnetRoot, Muxer);

    /// <summary>This process.</summary>
    /// <exception cref="InvalidOperationException">It does not run on a shared .NET: a single file, for example.</exception>
    public static RunningProgram Here() => Of(Assembly.GetEntryAssembly()?.Location ?? "");

    /// <summary>A program of which an assembly is known, on the .NET of this process.</summary>
    public static RunningProgram Of(string entryPath)
    {
        // …/shared/Microsoft.NETCore.App/10.0.1/System.Private.CoreLib.dll
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var web = Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Http.HttpContext).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        var resolvers = Path.Combine(root, "host", "fxr");
        if (entryPath.Length == 0 || !File.Exists(Path.Combine(root, Muxer)) || !Directory.Exists(resolvers))
        {
            throw new InvalidOperationException($"This program does not run on a shared .NET ({root} has no '{Muxer}' and 'host/fxr'): it cannot be packed for other hosts. Start it by 'dotnet dpu.dll' or its own 'dpu' beside it.");
        }

        // The muxer takes the newest resolver that is there.
        var resolver = Directory.GetDirectories(resolvers)
            .OrderBy(path => Version.TryParse(Path.GetFileName(path).Split('-')[0], out var version) ? version : new Version())
            .Last();
        string[] parts = [.. new[] { resolver, runtime, web }.Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
        return new RunningProgram(Path.GetDirectoryName(Path.GetFullPath(entryPath))!, Path.GetFileName(entryPath), root, parts);
    }
}
