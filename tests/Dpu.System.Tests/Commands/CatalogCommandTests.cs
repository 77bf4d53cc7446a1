using System.Globalization;
using System.Text.Json;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Recipes, frames, products and the DPU itself, looked at with the real program.</summary>
public sealed class CatalogCommandTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    public static TheoryData<string> Commands() =>
    [
        "demo", "serve", "run", "exec", "jobs", "status", "show", "logs", "results", "cancel", "sequences", "options", "ingest", "files", "provenance",
        "stats", "nodes", "awe", "config", "doctor",
    ];

    /// <summary>The names that the field's HOW-TO of processing lists, in its order: scripts pick theirs from it.</summary>
    private static readonly string[] HowTo =
    [
        "ReadNoise", "DarkCurrent", "Bias", "HotPixels", "Gain", "Background", "TwilightFlat", "Shutter", "NightSkyFlat", "FringeFlat", "QuickCheck", "DomeFlat",
        "MasterFlat", "ColdPixels", "Photom", "Variability", "Reduce>Photcat", "Photcat>Photom", "Monitoring", "MDia", "Reduce>Photom", "Photcat", "SourceList",
        "Reduce>Astrometry", "Reduce>Regrid", "AssociateList", "Reduce>GAstrometry>Coadd", "Reduce>GPhotometry>Regrid", "Coadd", "GPhotometry", "Reduce>Coadd",
        "GAstrometry", "Reduce>GAstrometry>Regrid", "GAstrom", "Reduce>GPhotometry>Coadd", "Astrometry", "GPhotom", "Regrid>Coadd", "GAstromSL", "Regrid", "Reduce",
        "Reference", "CrossTalk", "PSF", "KidsCatMatched", "Convolve", "Gaussianize", "Null>Null", "GalPhot", "ExportForESO", "CrossTalkCorrectedFrame", "ESOID",
        "KidsCat", "Null", "Gaussianize>GaAP", "RawFitsInspect", "ApertureCorrection", "RawFrame", "Null>Null>Null", "GaAP", "GalFit", "BPZ", "Extinction", "Target",
        "EuclidLIS", "EuclidExport", "EuclidImport", "EuclidLISTest",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_with_examples(string command)
    {
        var run = (await dpu.RunAsync(command, "--help")).Exits(0);
        run.Out.ShouldContain($"dpu {command}");
        run.Out.ShouldContain("Examples");
    }

    [Fact]
    public async Task Sequences_and_options_tell_what_can_be_run_with_what()
    {
        var sequences = (await dpu.RunAsync("sequences", "--json")).Exits(0).Json;
        sequences[0].ShouldHave("name", "description", "available", "reason");
        var all = sequences.EnumerateArray().ToList();
        all.Take(HowTo.Length).Select(sequence => sequence.GetProperty("name").GetString()).ShouldBe(HowTo);

        // What cannot run here says what to do about it, and the recipes of the main job need nothing.
        all.Where(sequence => !sequence.GetProperty("available").GetBoolean()).ShouldAllBe(sequence => !string.IsNullOrEmpty(sequence.GetProperty("reason").GetString()));
        all.Where(sequence => sequence.GetProperty("name").GetString() is "Bias" or "Reduce" or "Reduce>Regrid>Coadd" or "SourceList").ShouldAllBe(sequence => sequence.GetProperty("available").GetBoolean());
        var options = (await dpu.RunAsync("options", "Reduce>Coadd", "--json")).Exits(0).Json;
        options.ShouldHave("sequence", "steps");
        var option = options.GetProperty("steps")[0].GetProperty("options")[0];
        option.ShouldHave("long", "short", "type", "default", "required", "help");
        (await dpu.RunAsync("sequences")).Exits(0).Out.ShouldContain("Reduce");
        (await dpu.RunAsync("options", "Reduce")).Exits(0).Out.ShouldContain("instrument");
    }

    [Fact]
    public async Task Frames_become_products_that_can_be_found_fetched_and_traced()
    {
        var night = await SimulateAsync("--chips", "1", "--biases", "3", "--domes", "0", "--twilights", "0", "--exposures", "0");
        var ingested = (await dpu.RunAsync("ingest", night, "--json")).Exits(0).Json;
        ingested.ShouldHave("registered", "known", "refused");
        ingested.GetProperty("registered").GetArrayLength().ShouldBe(3);
        ingested.GetProperty("registered")[0].ShouldHave("path", "id", "type", "metadata");
        (await dpu.RunAsync("ingest", night, "--json")).Exits(0).Json.GetProperty("known").GetArrayLength().ShouldBe(3);

        var job = int.Parse((await dpu.RunAsync("run", "Bias", "-i", "WFI", "-C", "--wait")).Exits(0).Out, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var results = (await dpu.RunAsync("results", $"{job}", "--json")).Exits(0).Json;
        var bias = results.EnumerateArray().Single(file => file.GetProperty("type").GetString() == "bias");
        bias.ShouldHave(Shape.File);
        bias.GetProperty("task").GetString().ShouldBe($"{job}/0/1");
        bias.GetProperty("path").GetString()!.ShouldStartWith(dpu.Data);
        var id = bias.GetProperty("id").GetString()!;
        (await dpu.RunAsync("files", "type=bias", "--json")).Exits(0).Json.EnumerateArray().Select(file => file.GetProperty("id").GetString()).ShouldContain(id);

        var target = Path.Combine(dpu.Home, "downloads");
        (await dpu.RunAsync("results", $"{job}", "--download", target)).Exits(0);
        Directory.EnumerateFiles(target).Select(Path.GetFileName).ShouldBe(
            results.EnumerateArray().Select(file => Path.GetFileName(file.GetProperty("path").GetString())), ignoreOrder: true);

        foreach (var named in new[] { id, bias.GetProperty("path").GetString()! })
        {
            var history = (await dpu.RunAsync("provenance", named, "--json")).Exits(0).Json;
            history.ShouldHave("file", "edges", "files");
            history.GetProperty("files").EnumerateArray().Count(file => file.GetProperty("type").GetString() == "raw-bias").ShouldBe(3);
        }

        var frame = ingested.GetProperty("registered")[0].GetProperty("path").GetString()!;
        (await dpu.RunAsync("provenance", frame, "--down", "--json")).Exits(0).Json.GetProperty("files").EnumerateArray()
            .Select(file => file.GetProperty("id").GetString()).ShouldContain(id);
    }

    [Fact]
    public async Task A_truncated_frame_among_good_ones_is_refused_by_name()
    {
        var night = await SimulateAsync("--chips", "1", "--biases", "0", "--domes", "2", "--twilights", "0", "--exposures", "0");
        var frames = Directory.EnumerateFiles(night, "*.fits").Order().ToList();
        await using (var cut = File.OpenWrite(frames[0]))
        {
            cut.SetLength(cut.Length / 2);
        }

        var run = (await dpu.RunAsync("ingest", night, "--json")).Exits(1);
        run.Json.GetProperty("refused")[0].GetProperty("path").GetString().ShouldBe(frames[0]);
        run.Json.GetProperty("refused")[0].GetProperty("reason").GetString()!.ShouldContain("truncated");
        run.Json.GetProperty("registered")[0].GetProperty("path").GetString().ShouldBe(frames[1]);
        (await dpu.RunAsync("ingest", Path.Combine(dpu.Home, "no-such-file.fits"))).Exits(1).Error.ShouldContain("no such file");
    }

    [Fact]
    public async Task Nodes_and_figures_have_their_fields()
    {
        (await dpu.RunAsync("exec", "--wait", "--", "true")).Exits(0);
        var node = (await dpu.RunAsync("nodes", "--json")).Exits(0).Json[0];
        node.ShouldHave(Shape.Node);
        (node.GetProperty("state").GetString(), node.GetProperty("cpus").GetInt32()).ShouldBe(("Up", 4));
        var stats = (await dpu.RunAsync("stats", "--json")).Exits(0).Json;
        stats.ShouldHave("jobs", "tasks", "tasksPerSecondLastMinute", "users", "nodes", "deadLetters", "uptimeSeconds");
        stats.GetProperty("tasks").ShouldHave(Shape.Counts);
        (await dpu.RunAsync("stats")).Exits(0);
        (await dpu.RunAsync("nodes")).Exits(0);
    }

    [Fact]
    public async Task The_effective_configuration_is_shown_with_where_it_comes_from()
    {
        (await dpu.RunAsync("config", "-D", "dpu.name=mine")).Exits(0).Json.GetProperty("dpu").GetProperty("name").GetString().ShouldBe("mine");
        var origins = (await dpu.RunAsync("config", "--origins")).Exits(0).Out;
        origins.ShouldContain("reference.conf");
        var file = dpu.NewFile("recipe.conf", "recipe { command = [true], copy = ${recipe.command} }\n");
        (await dpu.RunAsync("config", file)).Exits(0).Json.GetProperty("recipe").GetProperty("copy")[0].GetRawText().ShouldBe("true");
        var wrong = dpu.NewFile("wrong.conf", "a = 1\nb = ${no.such.key}\n");
        var run = (await dpu.RunAsync("config", wrong)).Exits(2);
        run.Error.ShouldContain("wrong.conf:2");
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_doctor_finds_what_is_wrong_and_how_to_mend_it()
    {
        var sound = (await dpu.RunAsync("doctor", "--data", dpu.NewFolder("healthy"), "--port", "0", "--json")).Exits(0).Json;
        sound[0].ShouldHave("area", "ok", "message", "remedy");
        sound.EnumerateArray().ShouldAllBe(finding => finding.GetProperty("ok").GetBoolean());
        var port = dpu.Address.Port.ToString(CultureInfo.InvariantCulture);
        (await dpu.RunAsync("doctor", "--data", dpu.Data, "--port", port)).Exits(0).Out.ShouldContain("is this DPU's");
        Wrong((await dpu.RunAsync("doctor", "--data", dpu.NewFolder("others"), "--port", port, "--json")).Exits(1).Json).ShouldBe(["port"]);
        Wrong((await dpu.RunAsync("doctor", "--data", dpu.Data, "--port", "0", "--json")).Exits(1).Json).ShouldBe(["data"]);
        var missing = dpu.NewFile("missing.conf", "dpu.recipes.Mine { command = [no-such-program] }\n");
        (await dpu.RunAsync("doctor", "--config", missing, "--data", dpu.NewFolder("other"), "--port", "0")).Exits(1).Out.ShouldContain("no-such-program");
        (await dpu.RunAsync("doctor", "-D", "dpu.nmae=x", "--json")).Exits(1).Json[0].GetProperty("message").GetString()!.ShouldContain("dpu.name");
    }

    private static IEnumerable<string?> Wrong(JsonElement findings) =>
        findings.EnumerateArray().Where(finding => !finding.GetProperty("ok").GetBoolean()).Select(finding => finding.GetProperty("area").GetString());

    private async Task<string> SimulateAsync(params string[] options)
    {
        var folder = Path.Combine(dpu.Home, $"night-{Guid.NewGuid():N}");
        (await Programs.SimulateAsync(folder, options)).Exits(0);
        return folder;
    }
}
