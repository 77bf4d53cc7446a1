using System.Diagnostics;
using System.Security.Cryptography;
using Dpu.Service.Pilots;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Pilots;

/// <summary>The script, run by real shells; the program that it starts is a script of the test.</summary>
public sealed class NodeScriptTests : IDisposable
{
    private const string Secret = "dpu-key:id:the-secret";

    /// <summary>Writes down how it was called and what it was given, and ends with 7.</summary>
    private const string Recording =
        """
        if [ "$2" = --version ]; then exit 0; fi
        for argument; do printf '%s\0' "$argument"; done > "$RECORD.arguments"
        env > "$RECORD.environment"
        while [ $# -gt 0 ]; do [ "$1" = --key-file ] && { cat "$2" > "$RECORD.key"; stat -c %a "$2" > "$RECORD.mode"; }; shift; done
        printf '%s\0' "$0" > "$RECORD.muxer"
        exit 7
        """;

    private static readonly string[] Wicked = ["--tag", "8,6", "--tag", "it's \"odd\"", "--tag", "$(touch /tmp/never) `id` \\", "--tag", "two\nlines", "--tag", "--", "--tag", ""];

    private readonly TemporaryFolder _folder = new();
    private readonly NodePackages _packages;

    public NodeScriptTests()
    {
        _packages = new NodePackages(_folder.At("packages"), TimeProvider.System);
        Directory.CreateDirectory(_folder.At("tmp"));
    }

    public static TheoryData<string> Shells =>
        [.. new[] { "/bin/dash", "/bin/bash", "/bin/busybox" }.Where(File.Exists)];

    public void Dispose()
    {
        _packages.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_host_without_the_program_gets_it_checks_it_and_runs_it(string shell)
    {
        var start = await StartAsync(Recording, hide: true);
        using var script = Run(NodeScript.Pilot(start), shell);
        (await EndAsync(script)).ShouldBe(7, script.Words);
        Recorded("muxer").ShouldBe([$"{_folder.At("cache")}/{start.Package}/dotnet/dotnet"]);
        var arguments = Recorded("arguments");
        arguments[..6].ShouldBe([$"{_folder.At("cache")}/{start.Package}/dpu/dpu.dll", "node", "--frontend", "https://a:1,http://b:2", "--name", "it's-one"]);
        arguments[6..^4].ShouldBe(Wicked);
        arguments[^4].ShouldBe("--data");
        arguments[^2].ShouldBe("--key-file");
    }

    [Fact]
    public async Task The_key_reaches_the_node_by_a_file_of_its_user_only_and_is_gone_afterwards()
    {
        using var script = Run(NodeScript.Pilot(await StartAsync(Recording, hide: true)));
        await EndAsync(script);
        Recorded("key").ShouldBe([Secret + "\n"]);
        Recorded("mode").ShouldBe(["600\n"]);
        (string.Join('\n', Recorded("arguments")) + string.Join('\n', Recorded("environment"))).ShouldNotContain("the-secret");
        Directory.EnumerateFileSystemEntries(_folder.At("tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_file_system_is_shared_the_frontends_own_program_is_run()
    {
        var start = await StartAsync(Recording, hide: false);
        using var script = Run(NodeScript.Pilot(start));
        (await EndAsync(script)).ShouldBe(7, script.Words);
        Recorded("muxer").ShouldBe([_folder.At("net/dotnet")]);
        Directory.Exists(_folder.At("cache")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_version_at_the_same_place_is_not()
    {
        var start = await StartAsync(Recording, hide: false);
        _folder.File("program/dpu.dll", "an older one");
        using var script = Run(NodeScript.Pilot(start));
        await EndAsync(script);
        Recorded("muxer").ShouldBe([$"{_folder.At("cache")}/{start.Package}/dotnet/dotnet"]);
    }

    [Fact]
    public async Task What_has_another_hash_is_not_run_and_nothing_of_it_is_left()
    {
        var start = await StartAsync(Recording, hide: true);
        await File.AppendAllTextAsync(start.SharedPackage, "x");
        using var script = Run(NodeScript.Pilot(start));
        (await EndAsync(script)).ShouldBe(3);
        script.Words.ShouldContain($"expected {start.Package}");
        File.Exists(_folder.At("record.muxer")).ShouldBeFalse();
        Directory.EnumerateDirectories(_folder.At("cache")).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_folder.At("tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_told()
    {
        var start = (await StartAsync(Recording, hide: true)) with { SharedPackage = "", Frontends = [new Uri("http://127.0.0.1:9")] };
        using var script = Run(NodeScript.Pilot(start));
        (await EndAsync(script)).ShouldBe(3);
        script.Words.ShouldContain($"the program cannot be fetched from http://127.0.0.1:9/api/v1/node/package/{start.Package}");
    }

    [Fact]
    public async Task What_a_killed_download_left_is_removed_by_the_next_one()
    {
        var start = await StartAsync(Recording, hide: true);
        _folder.File($"cache/part.{start.Package}.killed/package", "half of it");
        File.SetUnixFileMode(_folder.At("cache"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        using var script = Run(NodeScript.Pilot(start));

        (await EndAsync(script)).ShouldBe(7, script.Words);
        Directory.EnumerateDirectories(_folder.At("cache")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_cannot_be_unpacked_is_told_in_one_sentence_and_nothing_of_it_is_left()
    {
        var start = await StartAsync(Recording, hide: true);
        byte[] noArchive = [.. Enumerable.Range(0, 4096).Select(n => (byte)(n * 7))];
        using (var packed = new System.IO.Compression.GZipStream(File.Create(_folder.At("no-archive")), System.IO.Compression.CompressionLevel.Fastest))
        {
            packed.Write(noArchive);
        }

        var package = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(_folder.At("no-archive"))));
        using var script = Run(NodeScript.Pilot(start with { SharedPackage = _folder.At("no-archive"), Package = package }));

        (await EndAsync(script)).ShouldBe(3);
        script.Words.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldHaveSingleItem().ShouldContain($"the program cannot be unpacked in {_folder.At("cache")}/part.{package}.");
        Directory.EnumerateDirectories(_folder.At("cache")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pilots_that_start_at_once_on_one_host_share_one_copy()
    {
        var start = await StartAsync(Recording, hide: true);
        var scripts = Enumerable.Range(0, 4).Select(_ => Run(NodeScript.Pilot(start))).ToList();
        foreach (var script in scripts)
        {
            (await EndAsync(script)).ShouldBe(7, script.Words);
            script.Dispose();
        }

        Directory.EnumerateDirectories(_folder.At("cache")).ShouldHaveSingleItem();
    }

    /// <summary>The notice comes to the script alone, and it passes it on; a second SIGTERM would end a node at once.</summary>
    [Theory]
    [InlineData("USR1")]
    [InlineData("USR2")]
    public async Task A_notice_of_the_end_makes_the_node_leave_and_the_script_waits_for_it(string signal)
    {
        var start = await StartAsync(
            """
            [ "$2" = --version ] && exit 0
            trap 'echo told >> "$RECORD.told"' TERM
            mkfifo "$RECORD.pipe"
            : > "$RECORD.ready"
            while [ ! -e "$RECORD.told" ]; do read -r line < "$RECORD.pipe"; done
            exit 5
            """,
            hide: true);
        using var script = Run(NodeScript.Pilot(start));
        await AppearsAsync("record.ready");
        Process.Start("/bin/sh", ["-c", $"kill -{signal} {script.Process.Id}"]).WaitForExit();
        (await EndAsync(script)).ShouldBe(5);
        File.ReadAllLines(_folder.At("record.told")).ShouldBe(["told"]);
        script.Words.ShouldContain("told to leave (notice of the end)");
    }

    [Fact]
    public async Task Recipes_are_not_ended_by_the_notice_that_grid_engine_sends_to_all()
    {
        var start = await StartAsync(
            """
            [ "$2" = --version ] && exit 0
            grep SigIgn "/proc/$$/status" > "$RECORD.ignored"
            """,
            hide: true);
        using var script = Run(NodeScript.Pilot(start));
        await EndAsync(script);
        var mask = Convert.ToUInt64(File.ReadAllText(_folder.At("record.ignored")).Split('\t')[1].Trim(), 16);
        // SIGUSR1 is 10, SIGUSR2 is 12.
        (mask & ((1UL << 9) | (1UL << 11))).ShouldBe((1UL << 9) | (1UL << 11));
    }

    [Fact]
    public async Task The_end_of_the_wall_time_is_told_to_the_node()
    {
        var start = (await StartAsync(Recording, hide: true)) with { WallTime = TimeSpan.FromHours(1) };
        var before = DateTimeOffset.UtcNow;
        using var script = Run(NodeScript.Pilot(start));
        await EndAsync(script);
        var arguments = Recorded("arguments");
        arguments[^2].ShouldBe("--until");
        var until = DateTimeOffset.Parse(arguments[^1], System.Globalization.CultureInfo.InvariantCulture);
        until.ShouldBeInRange(before.AddSeconds(3600 - 16), DateTimeOffset.UtcNow.AddHours(1));
    }

    [Fact]
    public async Task A_key_that_was_taken_back_is_told()
    {
        var start = (await StartAsync(Recording, hide: true)) with { Key = "", KeyFile = _folder.At("no-key") };
        using var script = Run(NodeScript.Pilot(start));
        (await EndAsync(script)).ShouldBe(3);
        script.Words.ShouldContain($"there is no key in {_folder.At("no-key")}");
    }

    private async Task<NodeStart> StartAsync(string dotnet, bool hide)
    {
        var program = new PretendedProgram(_folder, dotnet);
        var package = await _packages.OfAsync(program.Program, CancellationToken.None);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(program.Program.EntryPath)));
        if (hide)
        {
            program.Hide();
        }

        return new NodeStart("it's-one", [new Uri("https://a:1"), new Uri("http://b:2/")], package.Sha256, program.Program, sha256)
        {
            Key = Secret,
            SharedPackage = package.Path,
            Cache = _folder.At("cache"),
            Arguments = Wicked,
        };
    }

    private RunningScript Run(string script, string shell = "/bin/sh")
    {
        string[] arguments = shell.EndsWith("busybox", StringComparison.Ordinal) ? ["sh", "-s"] : ["-s"];
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = _folder.At("tmp");
        start.Environment["RECORD"] = _folder.At("record");
        var running = new RunningScript(Process.Start(start)!);
        running.Process.StandardInput.Write(script);
        running.Process.StandardInput.Close();
        return running;
    }

    private static async Task<int> EndAsync(RunningScript script)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await script.Process.WaitForExitAsync(bound.Token);
        await script.Reading;
        return script.Process.ExitCode;
    }

    private async Task AppearsAsync(string name)
    {
        using var watcher = new FileSystemWatcher(_folder.Path) { EnableRaisingEvents = true };
        var appeared = new TaskCompletionSource();
        watcher.Created += (_, change) =>
        {
            if (change.Name == name)
            {
                appeared.TrySetResult();
            }
        };
        if (!File.Exists(_folder.At(name)))
        {
            await appeared.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private string[] Recorded(string what) =>
        File.ReadAllText(_folder.At($"record.{what}")) is var text && text.Contains('\0', StringComparison.Ordinal) ? text.Split('\0')[..^1] : [text];

    private sealed class RunningScript : IDisposable
    {
        private string _words = "";

        public RunningScript(Process process)
        {
            Process = process;
            Reading = ReadAsync();
        }

        public Process Process { get; }

        public Task Reading { get; }

        public string Words => _words;

        public void Dispose()
        {
            if (!Process.HasExited)
            {
                Process.Kill(entireProcessTree: true);
            }

            Process.Dispose();
        }

        private async Task ReadAsync() => _words = await Process.StandardError.ReadToEndAsync();
    }
}
