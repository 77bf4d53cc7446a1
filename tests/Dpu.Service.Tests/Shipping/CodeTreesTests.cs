using System.Security.Cryptography;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Shipping;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Shipping;

public sealed class CodeTreesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Archives _archives;
    private readonly ManualTime _time = new(new DateTimeOffset(2000, 4, 28, 0, 0, 0, TimeSpan.Zero));

    public CodeTreesTests() => _archives = new Archives(Directory.CreateDirectory(_folder.At("archives")).FullName);

    public void Dispose()
    {
        // What is unpacked cannot be written, and so not removed, until its folders can.
        foreach (var folder in Directory.EnumerateDirectories(_folder.Path, "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task It_is_unpacked_once_and_nobody_can_write_there()
    {
        var code = _archives.Add(ZipItem.Of("bin/noise", "#!/bin/sh\n").With(item => item.Mode = 0x81ED), ZipItem.Of("lib/a b.cfg", "x=1\n"), ZipItem.Folder("empty/"));
        var trees = Trees();

        var tree = await TakeAsync(trees, code, 1);
        (await TakeAsync(trees, code, 2)).ShouldBe(tree);

        _archives.Brought.ShouldBe(1);
        File.ReadAllText(Path.Combine(tree.Folder, "lib/a b.cfg")).ShouldBe("x=1\n");
        ModeOf(tree, "lib/a b.cfg").ShouldBe("444");
        ModeOf(tree, "bin/noise").ShouldBe("555");
        ModeOf(tree, "bin").ShouldBe("555");
        ModeOf(tree, "empty").ShouldBe("555");
        ModeOf(tree, "").ShouldBe("555");
        tree.Find("noise").ShouldBe(Path.Combine(tree.Folder, "bin/noise"));
        tree.Find("bin/noise").ShouldBe(Path.Combine(tree.Folder, "bin/noise"));
        tree.Find("lib/a b.cfg").ShouldBeNull("it cannot be executed");
        tree.Find("../../etc/passwd").ShouldBeNull();
        tree.Find("/bin/sh").ShouldBeNull();
    }

    [Fact]
    public async Task Many_at_once_unpack_it_once()
    {
        var code = _archives.Add(ZipItem.Of("a"));
        var trees = Trees();

        await Task.WhenAll(Enumerable.Range(1, 20).Select(attempt => Task.Run(() => TakeAsync(trees, code, attempt))));

        _archives.Brought.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_not_used_for_longest_goes_when_there_is_too_much()
    {
        var trees = Trees(bytesMax: 250);
        var codes = Enumerable.Range(0, 3).Select(i => _archives.Add(ZipItem.Of($"f{i}", new string('x', 100)))).ToList();
        for (var i = 0; i < 2; i++)
        {
            await TakeAsync(trees, codes[i], i + 1);
            trees.Release(AttemptOf(i + 1));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await TakeAsync(trees, codes[0], 3);
        trees.Release(AttemptOf(3));
        _time.Advance(TimeSpan.FromMinutes(1));
        await TakeAsync(trees, codes[2], 4);

        TreesThere().ShouldBe([codes[0].Sha256, codes[2].Sha256], ignoreOrder: true);
    }

    [Fact]
    public async Task What_an_attempt_runs_from_stays_however_much_there_is()
    {
        var trees = Trees(bytesMax: 0);
        var codes = Enumerable.Range(0, 3).Select(i => _archives.Add(ZipItem.Of($"f{i}", new string('x', 100)))).ToList();
        foreach (var code in codes)
        {
            await TakeAsync(trees, code, codes.IndexOf(code) + 1);
        }

        TreesThere().Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_restart_of_the_node_keeps_what_its_attempts_run_from()
    {
        var code = _archives.Add(ZipItem.Of("a"));
        var other = _archives.Add(ZipItem.Of("b"));
        await TakeAsync(Trees(), code, 1);

        var again = Trees(bytesMax: 0);
        await TakeAsync(again, other, 2);
        TreesThere().ShouldBe([code.Sha256, other.Sha256], ignoreOrder: true);

        again.Release(AttemptOf(1));
        await TakeAsync(again, _archives.Add(ZipItem.Of("c")), 3);
        TreesThere().ShouldNotContain(code.Sha256);
        _archives.Brought.ShouldBe(3);
    }

    /// <summary>Nothing is synced, so nothing is believed that a power cut may have halved.</summary>
    [Fact]
    public async Task After_a_boot_of_the_host_all_is_unpacked_anew()
    {
        var code = _archives.Add(ZipItem.Of("a"));
        await TakeAsync(Trees(), code, 1);

        var after = Trees(boot: "another boot");

        TreesThere().ShouldBeEmpty();
        await TakeAsync(after, code, 2);
        _archives.Brought.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_node_that_was_killed_left_halfway_is_not_taken_for_a_tree()
    {
        var code = _archives.Add(ZipItem.Of("a", "whole"));
        Directory.CreateDirectory(_folder.At($"trees/{code.Sha256}"));
        _folder.File("trees/boot", "boot");
        _folder.File($"trees/{code.Sha256}/a", "ha");
        _folder.File($"trees/.{code.Sha256}.new/a", "h");

        var tree = await TakeAsync(Trees(), code, 1);

        File.ReadAllText(Path.Combine(tree.Folder, "a")).ShouldBe("whole");
        Directory.Exists(_folder.At($"trees/.{code.Sha256}.new")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc")]
    [InlineData("ABCDEF")]
    public async Task A_checksum_that_is_none_becomes_no_path(string sha256) =>
        (await Should.ThrowAsync<TaskFilesException>(() => TakeAsync(Trees(), new ShippedCode(sha256, 1), 1))).Final.ShouldBeTrue();

    private CodeTrees Trees(long bytesMax = 1 << 30, string boot = "boot") => new(_folder.At("trees"), bytesMax, ArchiveLimits.Usual, _archives, boot, _time);

    private static Task<CodeTree> TakeAsync(CodeTrees trees, ShippedCode code, int attempt) => trees.TakeAsync(AttemptOf(attempt), code, new FilesProgress(), CancellationToken.None);

    private static AttemptId AttemptOf(int number) => new(new JobId(7), 0, number);

    private List<string> TreesThere() => [.. Directory.GetDirectories(_folder.At("trees")).Select(path => Path.GetFileName(path)!).Where(CodeStore.IsSha256)];

    private static string ModeOf(CodeTree tree, string path) => Convert.ToString((int)File.GetUnixFileMode(Path.Combine(tree.Folder, path)), 8);

    private sealed class Archives(string folder) : ICodeSource
    {
        private int _brought;

        public int Brought => _brought;

        public ShippedCode Add(params ZipItem[] items)
        {
            var bytes = ZipBytes.Of(items);
            var code = new ShippedCode(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length);
            File.WriteAllBytes(Path.Combine(folder, code.Sha256), bytes);
            return code;
        }

        public Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _brought);
            return Task.FromResult(Path.Combine(folder, code.Sha256));
        }
    }
}
