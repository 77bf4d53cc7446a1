using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Nodes;
using Dpu.Service.Nodes.Apart;
using Dpu.Service.Shipping;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Shipping;
using Shouldly;

namespace Dpu.Service.Tests.Nodes.Apart;

/// <summary>What a user's task can and cannot do, tried by real processes.</summary>
public sealed class ConfinerTests : IDisposable
{
    private const UnixFileMode Enterable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode AllRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const uint FirstUser = 1_400_000_000;
    private const int UsersEach = 10_000;
    private const string SearchPath = "/usr/bin:/bin";

    private static readonly AttemptId Attempt = new(new JobId(12), 3, 2);

    private static uint s_tests;

    private readonly TemporaryFolder _folder = new();

    /// <summary>What one test left running counts against no other's processes.</summary>
    private readonly uint _firstUser = FirstUser + (UsersEach * Interlocked.Increment(ref s_tests));

    private string Data => _folder.At("data");

    private string Work => Path.Combine(Data, "work/12/3.2");

    public void Dispose() => _folder.Dispose();

    [RootFact]
    public async Task A_command_runs_as_nobody_else_and_without_privileges()
    {
        var (code, output) = await RunAsync(Command("id -u; id -G; grep -E '^(NoNewPrivs|CapEff|CapBnd):' /proc/self/status | tr -d '\\t '"));

        code.ShouldBe(0, output);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        uint.Parse(lines[0], CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(FirstUser);
        lines[1].ShouldBe(lines[0]);
        lines[2..].ShouldBe(["CapEff:0000000000000000", "CapBnd:0000000000000000", "NoNewPrivs:1"], ignoreOrder: true);
    }

    [RootFact]
    public async Task Tasks_of_one_job_share_its_directory_and_those_of_another_cannot_look_into_it()
    {
        var files = Files();
        await RunAsync(files, Command("echo secret > note", job: 1));

        (await RunAsync(files, Command("cat note", job: 1))).Output.ShouldBe("secret\n");
        var (code, output) = await RunAsync(files, Command($"cat {Data}/work/1/note", job: 2));
        code.ShouldNotBe(0, output);
    }

    [RootFact]
    public async Task After_a_restart_of_the_service_a_job_has_the_same_user()
    {
        await RunAsync(Files(), Command("echo mine > note"));

        (await RunAsync(Files(), Command("cat note; id -u"))).Output.ShouldStartWith("mine\n14");
    }

    [RootFact]
    public async Task Nothing_of_the_nodes_data_can_be_read_or_listed()
    {
        var files = Files();
        foreach (var name in new[] { "dpu.db", "store/7/0.1/other.fits", "tls/ca.key", "node/spool/x" })
        {
            var path = _folder.File("data/" + name, "secret");
            File.SetUnixFileMode(path, AllRead);
        }

        // The folders that were made by now are closed when the next service starts.
        files = Files();

        foreach (var tried in new[] { "ls {0}", "cat {0}/dpu.db", "ls {0}/store", "cat {0}/store/7/0.1/other.fits", "cat {0}/tls/ca.key", "cat {0}/node/spool/x", "ls {0}/work", "touch {0}/work/x" })
        {
            var (code, output) = await RunAsync(files, Command(string.Format(CultureInfo.InvariantCulture, tried, Data)));
            code.ShouldNotBe(0, $"{tried}: {output}");
        }
    }

    [RootFact]
    public async Task It_has_no_more_processes_and_no_larger_files_than_it_may()
    {
        var files = Files();

        (await RunAsync(files, Command("head -c 2000000 /dev/zero > big"))).Code.ShouldNotBe(0);
        new FileInfo(Path.Combine(Data, "work/12/big")).Length.ShouldBe(1 << 20);
        (await RunAsync(files, Command("i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; kill $(jobs -p)"))).Code.ShouldNotBe(0);
    }

    [RootFact]
    public async Task A_recipe_reads_its_inputs_and_cannot_change_them_and_what_it_made_is_the_stores()
    {
        var input = _folder.File("data/store/11/0.1/b.fits", "pixels");
        File.SetUnixFileMode(input, AllRead);
        var files = Files();
        _folder.Script("bin/reduce", $"#!/bin/sh\nset -e\nread -r line < '{Data}/work/12/3.2.inputs/0.here/b.fits' || [ -n \"$line\" ]\nif echo x >> '{Data}/work/12/3.2.inputs/0.here/b.fits'; then exit 9; fi 2>/dev/null\necho \"$line\" > a_reduced_1.fits\nchmod 600 a_reduced_1.fits\n");
        File.SetUnixFileMode(_folder.At("bin/reduce"), AllRead | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var start = Recipe();

        var (code, output) = await RunAsync(files, start);
        code.ShouldBe(0, output);
        var made = (await files.CollectAsync(start, new FilesProgress(), CancellationToken.None)).Single();

        var stored = Path.Combine(Data, "store", made.Path);
        File.ReadAllText(stored).ShouldBe("pixels\n");
        (await OwnerOfAsync(stored)).ShouldBe("0");
        (await OwnerOfAsync(Work)).ShouldBe("0");
        File.ReadAllText(input).ShouldBe("pixels");
    }

    [RootFact]
    public async Task Where_its_user_could_not_reach_the_directory_it_is_said_before_anything_runs()
    {
        var files = Files();
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var error = await Should.ThrowAsync<TaskFilesException>(() => files.PrepareAsync(Command("true"), new FilesProgress(), CancellationToken.None).AsTask());

        error.Cause.ShouldBe(FailureCause.Launch);
        error.Message.ShouldContain(_folder.Path);
        error.Message.ShouldContain("chmod");
    }

    [RootFact]
    public async Task A_job_of_an_operator_runs_as_the_service_does()
    {
        var (_, output) = await RunAsync(Command("id -u") with { Isolated = false });

        output.ShouldBe("0\n");
    }

    [RootFact]
    public async Task A_program_that_is_nowhere_is_a_failure_of_the_launch()
    {
        var files = Files();

        var error = await Should.ThrowAsync<TaskFilesException>(
            () => files.PrepareAsync(Command("true") with { Command = ["no-such-program"] }, new FilesProgress(), CancellationToken.None).AsTask());

        error.Cause.ShouldBe(FailureCause.Launch);
    }

    [RootFact]
    public async Task Shipped_code_can_be_run_and_read_and_not_changed()
    {
        var (code, output) = await RunAsync(Command("mine && cat \"$DPU_CODE/lib/x.cfg\" ~/.awe/Environment.cfg && ! touch \"$DPU_CODE/lib/x.cfg\" 2>/dev/null && ! touch \"$DPU_CODE/y\" 2>/dev/null") with
        {
            Code = Ship(),
            Settings = new ShippedSettings(ImmutableSortedDictionary<string, string>.Empty, "[global]\n"),
        });

        (code, output).ShouldBe((0, "mine\nx = 1\n[global]\n"));
    }

    [RootFact]
    public async Task A_recipe_of_shipped_code_runs_apart()
    {
        var start = Recipe() with { Code = Ship() };
        start = start with { Work = ((TaskWork.Directed)start.Work) with { Commands = [new StepCommand("Mine", "Mine", ["mine"], [], [], ImmutableSortedDictionary<string, string>.Empty)] } };

        (await RunAsync(start)).ShouldBe((0, "mine\n"));
    }

    /// <summary>The first task may put a link where the second one's settings go: nobody with more rights follows it.</summary>
    [RootFact]
    public async Task Nothing_is_written_for_a_user_where_a_user_could_lead_it()
    {
        var files = Files();
        var victim = _folder.File("victim/keep", "");
        var start = Command($"rm -rf ~/.awe && ln -s '{Path.GetDirectoryName(victim)}' ~/.awe") with { Settings = new ShippedSettings(ImmutableSortedDictionary<string, string>.Empty, "[global]\n") };

        (await RunAsync(files, start)).Code.ShouldBe(0);
        await RunAsync(files, Command("true") with { Attempt = Attempt with { Number = 3 }, Settings = start.Settings });

        Directory.GetFiles(Path.GetDirectoryName(victim)!).ShouldBe([victim]);
    }

    private ShippedCode Ship()
    {
        var bytes = ZipBytes.Of(ZipItem.Of("bin/mine", "#!/bin/sh\necho mine\n").With(item => item.Mode = 0x81ED), ZipItem.Of("lib/x.cfg", "x = 1\n"));
        File.WriteAllBytes(_folder.At("code.zip"), bytes);
        return new ShippedCode(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
    }

    private static TaskStart Command(string script, int job = 12) =>
        new(Attempt with { Job = new JobId(job) }, "sh", new Resources(1, 0), null, ["sh", "-c", script], TaskWork.Plain) { User = "jane", Isolated = true };

    private static TaskStart Recipe() => new(
        Attempt,
        "Reduce",
        new Resources(1, 0),
        null,
        ["reduce"],
        new TaskWork.Directed(
            "Reduce",
            ImmutableSortedDictionary<string, string>.Empty,
            [new StepCommand("Reduce", "Reduce", ["reduce"], [], [], ImmutableSortedDictionary<string, string>.Empty)],
            ImmutableSortedDictionary<string, ImmutableArray<InputFile>>.Empty.Add("science", [new InputFile("11.0.1.b", "11/0.1/b.fits", "raw", ImmutableSortedDictionary<string, MetadataValue>.Empty)]),
            [new OutputRule("reduced", "reduced", "*_reduced_*.fits", Main: true)]))
    {
        User = "jane",
        Isolated = true,
    };

    /// <summary>As a service makes it at its start.</summary>
    private TaskFiles Files()
    {
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(_folder.Path, Enterable);
        var settings = new IsolationSettings(_firstUser, UsersEach, FileBytesMax: 1 << 20, ProcessesMax: 40, ControlGroup: "");
        var node = new NodeOptions("here", "host", new Resources(4, 1L << 30), TimeSpan.FromSeconds(1), 1000, 100, EnforceMemory: true);
        var path = $"{_folder.At("bin")}:{SearchPath}";
        return new TaskFiles(Data, new LocalStore(Path.Combine(Data, "store")), node, SearchPath, new RecipeExecutables(path), Confiner.Open(Data, settings, node.Capacity))
        {
            Trees = new CodeTrees(Path.Combine(Data, "trees"), 1 << 30, ArchiveLimits.Usual, new Here(_folder.At("code.zip")), "boot", TimeProvider.System),
        };
    }

    private Task<(int Code, string Output)> RunAsync(TaskStart start) => RunAsync(Files(), start);

    private static async Task<(int Code, string Output)> RunAsync(TaskFiles files, TaskStart start)
    {
        var request = await files.PrepareAsync(start, new FilesProgress(), CancellationToken.None);
        return await RunAsync(request.Command, request.WorkDirectory, request.Environment);
    }

    private static async Task<string> OwnerOfAsync(string path) => (await RunAsync(["/usr/bin/stat", "-c", "%u", path], "/", [])).Output.Trim();

    private static async Task<(int Code, string Output)> RunAsync(
        ImmutableArray<string> command, string directory, ImmutableArray<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }

    private sealed class Here(string path) : ICodeSource
    {
        public Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken) => Task.FromResult(path);
    }
}
