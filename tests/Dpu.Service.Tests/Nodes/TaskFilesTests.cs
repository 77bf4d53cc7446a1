using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dpu.Actors.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Service.Nodes;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes;

public sealed class TaskFilesTests : IDisposable
{
    private static readonly AttemptId Attempt = new(new JobId(12), 3, 2);
    private static readonly OutputRule MainRule = new("reduced", "reduced", "*_reduced_*.fits", Main: true);
    private static readonly OutputRule PictureRule = new("quicklook", "quicklook", "*.png", Main: false);

    private readonly TemporaryFolder _folder = new();
    private readonly TaskFiles _files;

    public TaskFilesTests()
    {
        _folder.Script("bin/reduce", "#!/bin/sh\n");
        var path = _folder.At("bin");
        var node = new NodeOptions("here", "host", new Resources(4, 1L << 30), TimeSpan.FromSeconds(1), 1000, 100, EnforceMemory: true);
        _files = new TaskFiles(Data, new LocalStore(Path.Combine(Data, "store")), node, path, new RecipeExecutables(path));
    }

    private string Data => _folder.At("data");

    private string Work => Path.Combine(Data, "work/12/3.2");

    private string Saved => Path.Combine(Data, "store/12/3.2");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_recipe_finds_its_directions_in_a_folder_of_its_own()
    {
        var request = await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        request.WorkDirectory.ShouldBe(Work);
        request.Command.ShouldBe([_folder.At("bin/reduce"), "--date", "2000-04-28"]);
        File.GetUnixFileMode(Work).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var task = JsonDocument.Parse(File.ReadAllText(Path.Combine(Work, "task.json"))).RootElement;
        task.GetProperty("attempt").GetString().ShouldBe("12/3/2");
        task.GetProperty("keys").GetProperty("chip").GetString().ShouldBe("8,6");
        task.GetProperty("parameters").GetProperty("date").GetString().ShouldBe("2000-04-28");
        var inputs = task.GetProperty("inputs").GetProperty("science").EnumerateArray().ToList();
        inputs.Select(input => input.GetProperty("path").GetString()).ShouldBe(["/raw/a.fits", Path.Combine(Data, "store", "11/0.1/b.fits")]);
        inputs[0].GetProperty("metadata").GetProperty("exptime").GetDouble().ShouldBe(60);
    }

    [Fact]
    public async Task A_task_is_told_who_it_is_and_nothing_else()
    {
        var request = await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        request.Environment.ToDictionary(pair => pair.Key, pair => pair.Value).ShouldBe(
            new Dictionary<string, string>
            {
                ["DPU_JOB"] = "12",
                ["DPU_TASK"] = "3",
                ["DPU_ATTEMPT"] = "12/3/2",
                ["DPU_STEP"] = "Reduce",
                ["DPU_NODE"] = "here",
                ["DPU_WORKDIR"] = Work,
                ["DPU_CPUS"] = "1",
                ["DPU_MEMORY_BYTES"] = "1000",
                ["PATH"] = _folder.At("bin"),
                ["HOME"] = Work,
                ["TMPDIR"] = Work,
                ["LANG"] = "C.UTF-8",
            },
            ignoreOrder: true);
        request.Limits.ShouldBe(new AttemptLimits(TimeSpan.FromMinutes(1), 1000, TimeSpan.FromSeconds(1), 1000, 100));
    }

    [Fact]
    public async Task What_an_earlier_start_of_the_attempt_left_is_cleared_away()
    {
        await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        File.WriteAllText(Path.Combine(Work, "x_reduced_y.fits"), "half");
        await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        Directory.EnumerateFileSystemEntries(Work).Select(Path.GetFileName).ShouldBe(["task.json"]);
    }

    [Fact]
    public async Task What_a_lost_attempt_had_saved_is_removed()
    {
        await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        File.WriteAllText(Path.Combine(Work, "x_reduced_y.fits"), "whole");
        var saved = Path.Combine(Data, "store", (await CollectAsync()).Single().Path);
        File.Exists(saved).ShouldBeTrue();

        await _files.DiscardAsync(Attempt, CancellationToken.None);
        await _files.DiscardAsync(Attempt, CancellationToken.None);

        Directory.Exists(Path.GetDirectoryName(saved)).ShouldBeFalse();
    }

    [Fact]
    public async Task Tasks_of_a_command_share_their_jobs_folder()
    {
        var command = Start() with { Command = ["echo"], Work = TaskWork.Plain };
        var first = await _files.PrepareAsync(command, new FilesProgress(), CancellationToken.None);
        var second = await _files.PrepareAsync(command with { Attempt = Attempt with { Task = 4 } }, new FilesProgress(), CancellationToken.None);
        first.WorkDirectory.ShouldBe(Path.Combine(Data, "work/12"));
        second.WorkDirectory.ShouldBe(first.WorkDirectory);
        first.Command.ShouldBe(["echo"]);
    }

    [Fact]
    public async Task A_program_that_is_not_installed_is_a_failure_of_the_launch()
    {
        var error = await FailsAsync(() => _files.PrepareAsync(Start(work => work with { Commands = [work.Commands[0] with { Program = ["no-such-program"] }] }), new FilesProgress(), CancellationToken.None).AsTask());
        error.Cause.ShouldBe(FailureCause.Launch);
        error.Message.ShouldContain("no-such-program");
        Directory.Exists(Work).ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_that_cannot_be_made_is_told_like_any_failure(bool directed)
    {
        _folder.File("data/work", "I am in the way.");
        var start = directed ? Start() : Start() with { Work = TaskWork.Plain };

        // Not thrown from the call itself: that would be the failure of the actor that asks.
        var preparing = _files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        var error = await FailsAsync(() => preparing.AsTask());
        error.Cause.ShouldBe(FailureCause.Data);
        error.Message.ShouldContain("work");
    }

    [Fact]
    public async Task Listed_outputs_are_saved_with_size_and_checksum()
    {
        await WorkedAsync(Results(Output("reduced", "a_reduced_1.fits"), Output("reduced.quicklook", "sub/a.png", "quicklook")), ("a_reduced_1.fits", "pixels"), ("sub/a.png", "picture"));
        var outputs = await CollectAsync();
        outputs.Select(output => output.Id).ShouldBe(["12.3.2.reduced", "12.3.2.reduced.quicklook"]);
        outputs.Select(output => output.Path).ShouldBe(["12/3.2/a_reduced_1.fits", "12/3.2/sub/a.png"]);
        outputs.Select(output => output.Name).ShouldBe(["a_reduced_1.fits", "a.png"]);
        outputs.Select(output => output.Main).ShouldBe([true, false]);
        (outputs[0].SizeBytes, outputs[0].Sha256).ShouldBe((6, Sha256("pixels")));
        outputs[0].Metadata["chip"].ShouldBe(MetadataValue.Of("ccd50"));
        outputs[0].DerivedFrom.ShouldBe(["raw-a"]);
        File.ReadAllText(Path.Combine(Saved, "a_reduced_1.fits")).ShouldBe("pixels");
        File.Exists(Path.Combine(Work, "a_reduced_1.fits")).ShouldBeFalse();
    }

    [Fact]
    public async Task Outputs_by_pattern_carry_their_tasks_keys()
    {
        await WorkedAsync(null, ("a_reduced_1.fits", "one"), ("a_reduced_10.fits", "ten"), ("a_reduced_2.fits", "two"), ("b.png", "picture"), ("notes.txt", "no output"));
        var outputs = await CollectAsync();
        outputs.Select(output => (output.Id, output.Name, output.Type)).ShouldBe(
            [
                ("12.3.2.reduced", "a_reduced_1.fits", "reduced"), ("12.3.2.reduced-2", "a_reduced_2.fits", "reduced"),
                ("12.3.2.reduced-3", "a_reduced_10.fits", "reduced"), ("12.3.2.quicklook", "b.png", "quicklook"),
            ]);
        outputs.ShouldAllBe(output => output.Metadata["chip"].Text == "8,6");
        File.Exists(Path.Combine(Work, "notes.txt")).ShouldBeTrue();
    }

    // A service that dies between any two files, and is started again, comes to the same end.
    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    public async Task Collecting_again_after_a_crash_is_the_same(bool listed, int movedBefore)
    {
        (string Name, string Text)[] made = [("a_reduced_1.fits", "one"), ("b.png", "picture")];
        await WorkedAsync(listed ? Results(Output("reduced", made[0].Name), Output("quicklook", made[1].Name, "quicklook")) : null, made);
        foreach (var (name, _) in made.Take(movedBefore))
        {
            Directory.CreateDirectory(Saved);
            File.Move(Path.Combine(Work, name), Path.Combine(Saved, name));
        }

        var first = await CollectAsync();
        first.Select(output => (output.Id, output.Sha256)).ShouldBe([("12.3.2.reduced", Sha256("one")), ("12.3.2.quicklook", Sha256("picture"))]);
        var second = await CollectAsync();
        second.Select(output => (output.Id, output.Path, output.Sha256)).ShouldBe(first.Select(output => (output.Id, output.Path, output.Sha256)));
    }

    [Fact]
    public async Task A_missing_main_output_is_a_failure_and_nothing_is_saved()
    {
        await WorkedAsync(Results(Output("quicklook", "b.png", "quicklook")), ("b.png", "picture"));
        (await CollectFailsAsync()).ShouldContain("made no output 'reduced'");
        Directory.Exists(Saved).ShouldBeFalse();
    }

    [Fact]
    public async Task A_listed_file_that_is_not_there_is_a_failure_and_the_others_are_not_saved()
    {
        await WorkedAsync(Results(Output("reduced", "a_reduced_1.fits"), Output("second", "none.fits")), ("a_reduced_1.fits", "pixels"));
        (await CollectFailsAsync()).ShouldContain("'none.fits' is listed, but the file is not there");
        Directory.Exists(Saved).ShouldBeFalse();
    }

    [Theory]
    [InlineData("../../../secret.fits")]
    [InlineData("/etc/hostname")]
    [InlineData("sub/../../x.fits")]
    [InlineData("./x.fits")]
    public async Task A_path_that_leads_out_of_the_work_directory_is_refused(string path)
    {
        await WorkedAsync(Results(Output("reduced", path)));
        (await CollectFailsAsync()).ShouldContain("leads out");
    }

    [Fact]
    public async Task A_link_is_no_output_wherever_it_leads()
    {
        var outside = _folder.File("outside.fits", "not theirs");
        await WorkedAsync(Results(Output("reduced", "x_reduced_y.fits")));
        File.CreateSymbolicLink(Path.Combine(Work, "x_reduced_y.fits"), outside);
        (await CollectFailsAsync()).ShouldContain("is a link");
        File.Delete(Path.Combine(Work, "x_reduced_y.fits"));
        File.CreateSymbolicLink(Path.Combine(Work, "x_reduced_y.fits"), "nowhere");
        (await CollectFailsAsync()).ShouldContain("is a link");
        File.Exists(outside).ShouldBeTrue();
    }

    [Fact]
    public async Task A_folder_that_is_a_link_is_refused_too()
    {
        _folder.File("elsewhere/x_reduced_y.fits", "not theirs");
        await WorkedAsync(Results(Output("reduced", "sub/x_reduced_y.fits")));
        Directory.CreateSymbolicLink(Path.Combine(Work, "sub"), _folder.At("elsewhere"));
        (await CollectFailsAsync()).ShouldContain("behind a link");
        File.Exists(_folder.At("elsewhere/x_reduced_y.fits")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_pipe_or_a_folder_is_no_output()
    {
        await WorkedAsync(Results(Output("reduced", "x_reduced_y.fits")));
        await MakePipeAsync(Path.Combine(Work, "x_reduced_y.fits"));
        (await CollectFailsAsync()).ShouldContain("no regular file");
        File.Delete(Path.Combine(Work, "x_reduced_y.fits"));
        Directory.CreateDirectory(Path.Combine(Work, "x_reduced_y.fits"));
        (await CollectFailsAsync()).ShouldContain("no regular file");
    }

    [Fact]
    public async Task The_list_itself_must_be_a_file()
    {
        await WorkedAsync(null, ("a_reduced_1.fits", "one"));
        var list = Path.Combine(Work, "results.json");
        await MakePipeAsync(list);
        (await CollectFailsAsync()).ShouldContain("results.json is no regular file");
        File.Delete(list);
        File.CreateSymbolicLink(list, _folder.File("foreign.json", Results(Output("reduced", "a_reduced_1.fits"))));
        (await CollectFailsAsync()).ShouldContain("results.json is a link");
        File.Delete(list);
        File.CreateSymbolicLink(list, "nowhere");
        (await CollectFailsAsync()).ShouldContain("results.json is a link");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"outputs":[{"name":"a"}]}""")]
    public async Task A_list_that_cannot_be_understood_is_a_failure(string text)
    {
        await WorkedAsync(text);
        (await CollectFailsAsync()).ShouldContain("results.json");
    }

    [Fact]
    public async Task A_list_beyond_measure_is_not_read()
    {
        await WorkedAsync("{}");
        using (var file = File.OpenWrite(Path.Combine(Work, "results.json")))
        {
            file.SetLength((64L << 20) + 1);
        }

        (await CollectFailsAsync()).ShouldContain("larger than 64 MiB");
    }

    private static TaskStart Start(Func<TaskWork.Directed, TaskWork.Directed> change) => Start() with { Work = change((TaskWork.Directed)Start().Work) };

    private static TaskStart Start() => new(
        Attempt,
        "Reduce",
        new Resources(1, 1000),
        TimeSpan.FromMinutes(1),
        ["reduce", "--date", "2000-04-28"],
        new TaskWork.Directed(
            "Reduce",
            ImmutableSortedDictionary<string, string>.Empty.Add("chip", "8,6"),
            [new StepCommand("Reduce", "Reduce", ["reduce", "--date", "2000-04-28"], [], [], ImmutableSortedDictionary<string, string>.Empty.Add("date", "\"2000-04-28\""))],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty.Add("science", [Input("raw-a", "/raw/a.fits"), Input("11.0.1.b", "11/0.1/b.fits")]),
            [MainRule, PictureRule]));

    private static InputFile Input(string id, string path) =>
        new(id, path, "raw-science", ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("exptime", MetadataValue.Of(60)));

    private static string Output(string name, string path, string type = "reduced") =>
        $$"""{"name":"{{name}}","path":"{{path}}","type":"{{type}}","metadata":{"chip":"ccd50"},"derivedFrom":["raw-a"]}""";

    private static string Results(params string[] outputs) => $$"""{"outputs":[{{string.Join(',', outputs)}}]}""";

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The attempt was prepared, and its recipe left this behind.</summary>
    private async Task WorkedAsync(string? results, params (string Name, string Text)[] files)
    {
        await _files.PrepareAsync(Start(), new FilesProgress(), CancellationToken.None);
        foreach (var (name, text) in results is null ? files : [.. files, ("results.json", results)])
        {
            _folder.File(Path.Combine(Work, name), text);
        }
    }

    private Task<ImmutableArray<OutputFile>> CollectAsync() => _files.CollectAsync(Start(), new FilesProgress(), CancellationToken.None);

    private async Task<string> CollectFailsAsync()
    {
        var error = await FailsAsync(() => CollectAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        error.Cause.ShouldBe(FailureCause.Data);
        return error.Message;
    }

    private static Task<TaskFilesException> FailsAsync(Func<Task> work) => Should.ThrowAsync<TaskFilesException>(work);

    private static async Task MakePipeAsync(string path)
    {
        using var mkfifo = Process.Start("mkfifo", [path]);
        await mkfifo.WaitForExitAsync();
    }
}
