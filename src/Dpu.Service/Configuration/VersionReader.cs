using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Dpu.Service.Shipping;

namespace Dpu.Service.Configuration;

/// <summary>
/// Reads <c>dpu.recipes.versions</c>: for each, files of recipes that lie over the usual ones, and where its programs are. They are the operator's own files, and may include others.
/// </summary>
internal static class VersionReader
{
    private const string Key = "recipes." + RecipeDeclarations.VersionsKey;

    /// <param name="dpu">The section that holds everything.</param>
    /// <param name="usual">What the usual version declares.</param>
    /// <param name="usualRetry">How often a task is tried where its recipe says nothing.</param>
    /// <exception cref="HoconException">A key is unknown, a value wrong, or a file broken.</exception>
    /// <exception cref="StartupException">Several declarations are wrong, or a file is missing.</exception>
    public static ImmutableSortedDictionary<string, RecipeVersion> Read(HoconReader dpu, RecipeDeclarations usual, RetryRules usualRetry)
    {
        if (!dpu.Has(Key))
        {
            return ImmutableSortedDictionary.Create<string, RecipeVersion>(StringComparer.Ordinal);
        }

        var versions = dpu.GetObject(Key);
        return versions.Keys.ToImmutableSortedDictionary(
            name => name,
            name => ReadOne(name, versions.GetObject(HoconPath.Of(name).ToString()), usual, usualRetry),
            StringComparer.Ordinal);
    }

    private static RecipeVersion ReadOne(string name, HoconReader version, RecipeDeclarations usual, RetryRules usualRetry)
    {
        if (version.Keys.FirstOrDefault(static key => key is not ("files" or "path")) is { } other)
        {
            throw version.Error(HoconPath.Of(other).ToString(), "is no key of a version of the recipes: those are files and path");
        }

        if (name == RecipeShelf.UsualVersion)
        {
            throw new HoconException(version.Origin, $"{version.Path} cannot be: '{RecipeShelf.UsualVersion}' is what dpu.recipes itself declares");
        }

        var sources = version.GetStringListOrDefault("files", []).SelectMany(path => SourcesOf(version, path)).ToImmutableArray();
        var declared = RecipeDeclarations.Of(HoconConfig.Load(sources, new HoconOptions { Environment = Environment.GetEnvironmentVariable }), allowOthers: false).Over(usual);
        return new RecipeVersion(declared, DpuOptionsReader.Accept(declared.Read(usualRetry)), PathOf(version));
    }

    private static IEnumerable<HoconSource> SourcesOf(HoconReader version, string path) =>
        !path.StartsWith('/') ? throw version.Error("files", $"holds '{path}'; expected absolute paths of files, or of folders with files *.conf")
        : Directory.Exists(path) ? HoconSource.FilesIn(path, "*.conf")
        : File.Exists(path) ? [HoconSource.File(path)]
        : throw version.Error("files", $"holds '{path}', which is not there");

    private static string? PathOf(HoconReader version)
    {
        var path = version.GetStringOrDefault("path", null);
        return path is null || (path.Length > 0 && path.Split(':').All(static folder => folder.StartsWith('/')))
            ? path
            : throw version.Error("path", $"is '{path}'; expected absolute folders with colons between them");
    }
}
