using System.Collections.Immutable;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Dpu.Actors.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Service.Nodes;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes;

/// <summary>What a recipe finds in its work directory, and what becomes of what it leaves there: on a real disk, with real programs.</summary>
public sealed class RecipeFilesTests : IDisposable
{
    private const string Wicked = "8,6 'a' \"b\" $HOME `id` \\ * \n é";

    private readonly TemporaryFolder _folder = new();
    private readonly TaskFiles _files;

    public RecipeFilesTests()
    {
        // Each argument ends with a NUL, which no argument can hold.
        _folder.Script("bin/echo-arguments", "#!/bin/sh\nprintf '%s\\0' \"$DPU_STEP\" \"$@\" >> arguments\ngrep -o '\"step\": \"[a-z]*\"' task.json >> steps\n");
        _folder.Script("bin/exits", "#!/bin/sh\nexit $1\n");
        _folder.Script("bin/dies", "#!/bin/sh\nkill -9 $$\n");
        var path = _folder.At("bin") + ":/usr/bin:/bin";
        var node = new NodeOptions("here", "host", new Resources(4, 1L << 30), TimeSpan.FromSeconds(1), 1000, 100, EnforceMemory: true) { Unpack = new UnpackLimits(10_000, 10) };
        _files = new TaskFiles(_folder.At("data"), new LocalStore(_folder.At("data/store")), node, path, new RecipeExecutables(path));
    }

    private string Work => _folder.At("data/work/12/0.1");

    private string Saved => _folder.At("data/store/12/0.1");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Arguments_arrive_byte_for_byte()
    {
        var command = Command("one", "echo-arguments") with { Arguments = [new ArgumentRule(["<{patch}>", "{patch}"], null, null)] };
        await RunAsync(Start(command));
        File.ReadAllText(Path.Combine(Work, "arguments")).Split('\0').ShouldBe(["step", $"<{Wicked}>", Wicked, ""]);
    }

    [Fact]
    public async Task Several_commands_run_one_after_the_other_each_with_its_own_directions()
    {
        var rule = new ArgumentRule(["{patch}", "it's"], null, null);
        var (code, output) = await RunAsync(Start(Command("one", "echo-arguments") with { Arguments = [rule] }, Command("two", "echo-arguments", "x")));
        code.ShouldBe(0, output);
        File.ReadAllText(Path.Combine(Work, "arguments")).Split('\0').ShouldBe(["one", Wicked, "it's", "two", "x", ""]);
        File.ReadAllLines(Path.Combine(Work, "steps")).ShouldBe(["\"step\": \"one\"", "\"step\": \"two\""]);
        output.ShouldContain("dpu: one (1 of 2)");
    }

    [Theory]
    [InlineData("exits", 3)]
    [InlineData("dies", 128 + 9)]
    public async Task The_first_command_that_fails_ends_the_attempt_in_its_own_way(string program, int code)
    {
        var (ended, output) = await RunAsync(Start(Command("one", program, "3"), Command("two", "echo-arguments")));
        ended.ShouldBe(code);
        output.ShouldContain("dpu: one ended with exit code " + code);
        File.Exists(Path.Combine(Work, "arguments")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_program_that_is_missing_is_found_before_anything_starts()
    {
        var error = await FailsAsync(Start(Command("one", "echo-arguments"), Command("two", "nowhere")));
        error.Cause.ShouldBe(FailureCause.Launch);
        Directory.Exists(Work).ShouldBeFalse();
    }

    [Fact]
    public async Task Inputs_are_linked_under_the_names_that_the_recipe_wants()
    {
        var raw = _folder.File("raw/a.fits", "pixels");
        await _files.PrepareAsync(Start(In("raw/{filter}", "{visit}.fits"), raw), new FilesProgress(), CancellationToken.None);
        var staged = new FileInfo(Path.Combine(Work, "raw/#842/7.fits"));
        File.ReadAllText(staged.FullName).ShouldBe("pixels");
        staged.Delete();
        File.Exists(raw).ShouldBeTrue();
    }

    [Fact]
    public async Task What_its_values_make_impossible_is_impossible_again()
    {
        var error = await FailsAsync(Start(In("raw", "{nope}.fits"), _folder.File("raw/a.fits", "pixels")));
        (error.Cause, error.Final).ShouldBe((FailureCause.Data, true));
        error.Message.ShouldContain("nope");
    }

    [Fact]
    public async Task An_input_that_is_gone_is_a_failure_of_the_data()
    {
        var error = await FailsAsync(Start(In("raw", null), _folder.At("raw/a.fits")));
        (error.Cause, error.Message).ShouldBe((FailureCause.Data, $"the input raw-0 is not there: {_folder.At("raw/a.fits")}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_is_unpacked(bool compressed)
    {
        var archive = Archive(compressed, Regular("cat/1.fits", "one"), new PaxTarEntry(TarEntryType.SymbolicLink, "cat/last") { LinkName = "../cat/1.fits" });
        await _files.PrepareAsync(Start(In("ref", null, unpack: true), archive), new FilesProgress(), CancellationToken.None);
        File.ReadAllText(Path.Combine(Work, "ref/cat/1.fits")).ShouldBe("one");
        File.ReadAllText(Path.Combine(Work, "ref/cat/last")).ShouldBe("one");
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "../out", "leads out" }, { "/tmp/out", "leads out" }, { "a/../../out", "leads out" }, { "-> /etc", "leads out" }, { "-> ..", "leads out" },
        { "-> d/..", "leads out" }, { "behind", "behind a link" }, { "fifo", "neither a file, a folder nor a link" }, { "bomb", "more than 9.8 KiB" }, { "many", "more than 10 files" },
        { "twice", "is there already" }, { "empty", "holds nothing" }, { "text", "no whole tar archive" }, { "bzip2", "is packed by bzip2" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_hostile_archive_is_refused_and_leads_nowhere(string kind, string problem)
    {
        var archive = kind switch
        {
            "text" => _folder.File("a.tar", new string('x', 2000)),
            "bzip2" => _folder.File("a.tar", "BZh91AY"),
            "behind" => Archive(true, new PaxTarEntry(TarEntryType.Directory, "d"), new PaxTarEntry(TarEntryType.SymbolicLink, "l") { LinkName = "d" }, Regular("l/x", "")),
            "fifo" => Archive(true, new PaxTarEntry(TarEntryType.Fifo, "f")),
            "bomb" => Archive(true, Regular("b", new string('0', 10_001))),
            "many" => Archive(true, [.. Enumerable.Range(0, 11).Select(i => Regular($"f{i}", ""))]),
            "twice" => Archive(true, Regular("f", "1"), Regular("f", "2")),
            "empty" => Archive(true),
            ['-', '>', ' ', .. { } target] => Archive(true, new PaxTarEntry(TarEntryType.SymbolicLink, "l") { LinkName = target }),
            _ => Archive(true, Regular(kind, "out")),
        };
        var error = await FailsAsync(Start(In("ref", null, unpack: true), archive));
        error.Cause.ShouldBe(FailureCause.Data);
        error.Message.ShouldContain("the archive raw-0 cannot be unpacked");
        error.Message.ShouldContain(problem);
        Directory.EnumerateFiles(_folder.Path, "out", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Outputs_go_to_the_folder_of_their_rule_and_inputs_are_none()
    {
        var archive = Archive(false, Regular("given.fits", "given"));
        var start = Start(In("deep", null, unpack: true), archive, new OutputRule("warp", "warp", "deep/*.fits", true) { Folder = "coadd/{filter}" });
        await _files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        _folder.File(Path.Combine(Work, "deep/b.fits"), "b");
        _folder.File(Path.Combine(Work, "deep/a.fits"), "a");
        var outputs = await _files.CollectAsync(start, new FilesProgress(), CancellationToken.None);
        outputs.Select(output => output.Path).ShouldBe(["12/0.1/coadd/#842/a.fits", "12/0.1/coadd/#842/b.fits"]);

        // As after a crash between the two: what was moved is no longer where its pattern looks for it.
        File.Move(Path.Combine(Saved, "coadd/#842/b.fits"), Path.Combine(Work, "deep/b.fits"));
        (await _files.CollectAsync(start, new FilesProgress(), CancellationToken.None)).Select(output => (output.Id, output.Path, output.Sha256))
            .ShouldBe(outputs.Select(output => (output.Id, output.Path, output.Sha256)));
    }

    [Fact]
    public async Task Two_outputs_for_one_place_in_the_store_are_refused()
    {
        var start = Start(In(null, null), _folder.File("raw/a", ""), new OutputRule("warp", "warp", "*/x.fits", true) { Folder = "all" });
        await _files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        _folder.File(Path.Combine(Work, "a/x.fits"), "a");
        _folder.File(Path.Combine(Work, "b/x.fits"), "b");
        (await Should.ThrowAsync<TaskFilesException>(() => _files.CollectAsync(start, new FilesProgress(), CancellationToken.None))).Message
            .ShouldBe("the outputs 'a/x.fits' and 'b/x.fits' would both be 'all/x.fits' in the store");
    }

    private static InputRule In(string? folder, string? rename, bool unpack = false) => new("raw", [], folder, rename, unpack);

    private static StepCommand Command(string name, params string[] program) => new(name, "Recipe", [.. program], [], [], ImmutableSortedDictionary<string, string>.Empty);

    private static TaskStart Start(params StepCommand[] commands) => Start([.. commands], null, [], []);

    private static TaskStart Start(InputRule rule, string path, params OutputRule[] outputs)
    {
        var metadata = ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("visit", MetadataValue.Of(7));
        return Start([Command("one", "exits")], rule, [new InputFile("raw-0", path, "raw", metadata)], [.. outputs]);
    }

    private static TaskStart Start(ImmutableArray<StepCommand> commands, InputRule? rule, ImmutableArray<InputFile> files, ImmutableArray<OutputRule> outputs)
    {
        var keys = ImmutableSortedDictionary<string, string>.Empty.Add("patch", Wicked).Add("filter", "#842");
        var inputs = ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty;
        var work = new TaskWork.Directed("Recipe", keys, commands, rule is null ? inputs : inputs.Add("raw", files), outputs) { InputRules = rule is null ? [] : [rule] };
        return new TaskStart(new AttemptId(new JobId(12), 0, 1), "step", new Resources(1, 0), null, commands[0].Program, work);
    }

    private static PaxTarEntry Regular(string name, string content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private string Archive(bool compressed, params TarEntry[] entries)
    {
        var path = _folder.At("a.tar");
        using var file = File.Create(path);
        using var packed = compressed ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
        using var tar = new TarWriter(packed);
        foreach (var entry in entries)
        {
            tar.WriteEntry(entry);
        }

        return path;
    }

    private Task<TaskFilesException> FailsAsync(TaskStart start) =>
        Should.ThrowAsync<TaskFilesException>(() => _files.PrepareAsync(start, new FilesProgress(), CancellationToken.None).AsTask());

    private async Task<(int Code, string Output)> RunAsync(TaskStart start)
    {
        var request = await _files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        var info = new ProcessStartInfo(request.Command[0], request.Command.Skip(1))
        {
            WorkingDirectory = request.WorkDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in request.Environment)
        {
            info.Environment[name] = value;
        }

        using var process = Process.Start(info)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
