using System.Runtime.CompilerServices;
using Xunit;

namespace Dpu.System.Tests;

/// <summary>A fact about the field's document on mapfiles, <c>../shared/seeds/003*.txt</c> beside the repository: skipped, and said so, where it is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedFactAttribute : FactAttribute
{
    public SeedFactAttribute([CallerMemberName] string member = "")
    {
        if (Path is null)
        {
            Skip = $"{member}: ../shared/seeds/003*.txt is not there";
        }
    }

    /// <summary>Where the document is; null when it is nowhere above this file.</summary>
    public static string? Path { get; } = Find();

    private static string? Find([CallerFilePath] string source = "")
    {
        for (var folder = global::System.IO.Path.GetDirectoryName(source); folder is not null; folder = global::System.IO.Path.GetDirectoryName(folder))
        {
            var seeds = global::System.IO.Path.Combine(folder, "shared", "seeds");
            if (Directory.Exists(seeds) && Directory.EnumerateFiles(seeds, "003*.txt").FirstOrDefault() is { } document)
            {
                return document;
            }
        }

        return null;
    }
}
