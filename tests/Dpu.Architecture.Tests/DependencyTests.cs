using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Dpu.Architecture.Tests;

/// <summary>Dependencies point inward: hosts → actors → domain. Whoever wants another arrow changes this table, and says why.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Dpu.Hocon"] = [],
        ["Dpu.Kernel"] = [],
        ["Dpu.Fits"] = [],
        ["Dpu.Domain"] = ["Dpu.Hocon"],
        ["Dpu.Journal"] = ["Dpu.Domain", "Dpu.Kernel"],
        ["Dpu.Keeper"] = ["Dpu.Domain"],
        ["Dpu.Actors"] = ["Dpu.Domain", "Dpu.Kernel", "Dpu.Journal"],
        ["Dpu.Cluster"] = ["Dpu.Actors", "Dpu.Domain", "Dpu.Kernel", "Dpu.Journal"],
        ["Dpu.Client"] = ["Dpu.Kernel", "Dpu.Hocon"],
        ["Dpu.Pages"] = ["Dpu.Client"],
        ["Dpu.Service"] = ["Dpu.Actors", "Dpu.Cluster", "Dpu.Client", "Dpu.Keeper", "Dpu.Pages", "Dpu.Hocon", "Dpu.Fits"],
        ["Dpu.Cli"] = ["Dpu.Service", "Dpu.Client"],
        ["Dpu.Calibration"] = ["Dpu.Fits"],
    };

    [Fact]
    public void Every_project_has_a_place_in_the_order() =>
        Repository.Projects("src").Order().ShouldBe(Allowed.Keys.Order());

    [Fact]
    public void No_project_reaches_outward() =>
        Repository.Projects("src")
            .SelectMany(project => Repository.References(project).Except(Allowed[project]).Select(reference => $"{project} → {reference}"))
            .ShouldBeEmpty();

    [Fact]
    public void The_table_names_no_arrow_that_is_not_there() =>
        Allowed.SelectMany(entry => entry.Value.Except(Repository.References(entry.Key)).Select(reference => $"{entry.Key} → {reference}"))
            .ShouldBeEmpty();

    [Fact]
    public void The_domain_is_pure()
    {
        string[] impure = ["using System.Threading", "using System.IO;", "System.Net", "Microsoft.Extensions", "Sqlite", "async ", "Task<"];
        Offenders("src/Dpu.Domain", impure).ShouldBeEmpty();
    }

    [Fact]
    public void Time_and_chance_come_from_outside()
    {
        string[] forbidden = ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Thread.Sleep(", "new Random()", "Environment.TickCount"];
        Offenders("src", forbidden).ShouldBeEmpty();
        Offenders("src", ["Task.Delay("]).Where(place => !TakesAClock(place)).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_leaves_its_actors_dispatcher_or_blocks_it()
    {
        string[] forbidden = [".ConfigureAwait(false)", "async void "];
        string[] runtime = ["src/Dpu.Kernel", "src/Dpu.Actors", "src/Dpu.Journal", "src/Dpu.Service"];
        runtime.SelectMany(folder => Offenders(folder, forbidden)).ShouldBeEmpty();
    }

    [Fact]
    public void Folders_are_named_for_what_is_in_them()
    {
        string[] forbidden = ["Common", "Utils", "Util", "Helpers", "Models", "Misc", "Shared"];
        Repository.SourceFiles("src")
            .Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))
            .Distinct()
            .Intersect(forbidden)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_says_what_it_is_for() =>
        Repository.Projects("src").Where(project => !File.Exists(Path.Combine(Repository.Root, "src", project, "README.md"))).ShouldBeEmpty();

    private static IEnumerable<string> Offenders(string folder, string[] forbidden) =>
        from path in Repository.SourceFiles(folder)
        from line in File.ReadLines(path).Select((text, index) => (Text: text, Number: index + 1))
        where !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from word in forbidden
        where line.Text.Contains(word, StringComparison.Ordinal)
        select $"{Path.GetRelativePath(Repository.Root, path)}:{line.Number} {line.Text.Trim()}";

    /// <summary>A delay on a clock that came from outside names it.</summary>
    private static bool TakesAClock(string place) => Regex.IsMatch(place, @"Task\.Delay\([^;]*\b(\w+\.)?[tT]ime\b");
}
