using System.Runtime.CompilerServices;
using Xunit;

namespace Dpu.System.Tests;

/// <summary>A fact about one of the field's documents, <c>../shared/seeds/NNN*.txt</c> beside the repository: skipped, and said so, where it is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedFactAttribute : FactAttribute
{
    public SeedFactAttribute(string number, [CallerMemberName] string member = "")
    {
        if (PathOf(number) is null)
        {
            Skip = $"{member}: ../shared/seeds/{number}*.txt is not there";
        }
    }

    /// <summary>Where a document is; null when it is nowhere above this file.</summary>
    public static string? PathOf(string number) => Find(number);

    private static string? Find(string number, [CallerFilePath] string source = "")
    {
        for (var folder = Path.GetDirectoryName(source); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var seeds = Path.Combine(folder, "shared", "seeds");
            if (Directory.Exists(seeds) && Directory.EnumerateFiles(seeds, $"{number}*.txt").FirstOrDefault() is { } document)
            {
                return document;
            }
        }

        return null;
    }
}
