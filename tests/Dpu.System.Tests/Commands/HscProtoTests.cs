using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>The pipeline of DMTN-059 as it is shipped, on a fresh DPU.</summary>
public sealed partial class HscProtoTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    /// <summary>The note's own numbers.</summary>
    private static readonly string[] Executions =
    [
        "create_butler_registry|1", "processccd|16", "make_coadd_temp_exp|32", "assemble_coadd|8", "detect_coadd_sources|8",
        "merge_coadd_detections|4", "measure_coadd_sources|8", "merge_coadd_measurements|4", "forced_phot_coadd|8",
    ];

    [FactWithProgram("sqlite3")]
    public async Task It_runs_as_often_as_the_note_says_and_the_query_of_its_README_tells_so()
    {
        var preview = (await dpu.RunAsync("run", "hsc-proto", "--dry-run", "--json")).Exits(0);
        preview.Json.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("name")}|{step.GetProperty("tasks")}").ShouldBe(Executions);
        (await dpu.RunAsync("files", "--json")).Exits(0).Json.GetArrayLength().ShouldBe(0, "a dry run registers nothing");

        var run = (await dpu.RunAsync("run", "hsc-proto", "--wait")).Exits(0);
        run.Error.ShouldContain("has status FINISHED N/E/A/S/U 89/0/0/0/0");

        var query = new ProcessStartInfo("sh", ["-c", QueryOfReadme()]);
        query.Environment["DATA"] = dpu.Data;
        (await ProgramRun.OfAsync(query)).Exits(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(Executions);

        var raws = (await dpu.RunAsync("files", "type=hsc-raw", "--json")).Exits(0).Json.EnumerateArray().ToList();
        raws.Count.ShouldBe(16);
        raws.ShouldAllBe(raw => raw.GetProperty("metadata").EnumerateObject().Select(value => value.Name).Order().SequenceEqual(new[] { "ccd", "filter", "tract", "visit" }));
        await FluxesAreThoseOfTheFixtureAsync(run.Out.Trim());
        await ArgumentsAreThoseOfTheNoteAsync(int.Parse(run.Out, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task It_is_shown_with_its_own_options_and_stands_alone()
    {
        (await dpu.RunAsync("sequences", "--json")).Exits(0).Json.EnumerateArray()
            .Single(sequence => sequence.GetProperty("name").GetString() == "hsc-proto").GetProperty("available").GetBoolean().ShouldBeTrue();
        (await dpu.RunAsync("options", "hsc-proto", "--json")).Exits(0).Json.GetProperty("steps").EnumerateArray().ShouldHaveSingleItem()
            .GetProperty("options").EnumerateArray().Select(option => option.GetProperty("long").GetString()).ShouldBe(["tract", "patch", "visit", "filter", "commit"]);
        (await dpu.RunAsync("run", "hsc-proto>Null")).Exits(2).Error.ShouldContain("hsc-proto is a pipeline and cannot be chained");
        (await dpu.RunAsync("run", "hsc-proto", "--patch", "8")).Exits(2).Error.ShouldContain("None has patch '8': there is 8,6, 8,7, 9,6 and 9,7");
    }

    /// <summary>The star at pixel 2 of patch 8,6 is 40 above the background in HSC-R and 60 in HSC-I; that at pixel 6 is seen in HSC-R only.</summary>
    private async Task FluxesAreThoseOfTheFixtureAsync(string job)
    {
        var results = (await dpu.RunAsync("results", job, "--json")).Exits(0).Json.EnumerateArray()
            .Where(file => file.GetProperty("type").GetString() == "hsc-forced" && Text(file, "patch") == "8,6")
            .ToDictionary(file => Text(file, "filter")!, file => File.ReadAllText(file.GetProperty("path").GetString()!));
        results.ShouldBe(new Dictionary<string, string> { ["HSC-R"] = "2 40\n6 9\n", ["HSC-I"] = "2 60\n6 0\n" }, ignoreOrder: true);
    }

    private async Task ArgumentsAreThoseOfTheNoteAsync(int job)
    {
        var lines = new List<string>();
        await foreach (var line in dpu.Client.GetLogsAsync(job, null, CancellationToken.None))
        {
            lines.Add(line.Text);
        }

        lines.ShouldContain("make_coadd_temp_exp --id tract=0 patch=8,6 filter=HSC-I --doraise --selectId visit=904010 ccd=4 --selectId visit=904010 ccd=10");
        lines.ShouldContain("merge_coadd_detections --id tract=0 patch=8,6 filter=HSC-I^HSC-R");
    }

    private static string? Text(JsonElement file, string key) => file.GetProperty("metadata").GetProperty(key).GetString();

    private static string QueryOfReadme()
    {
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Programs.Dpu)!, "hocon", "pipelines", "README.md"));
        return ShellBlocks().Matches(readme).Select(block => block.Groups[1].Value).Single(block => block.Contains("sqlite3", StringComparison.Ordinal));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();
}
