using System.Diagnostics;
using System.IO.Compression;
using Dpu.Client.Shipping;
using Dpu.Domain.Shipping;
using Dpu.Service.Shipping;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Shipping;

public sealed class CodePackerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_tree_gives_the_same_archive_wherever_and_whenever()
    {
        foreach (var tree in new[] { "one", "two" })
        {
            _folder.Script($"{tree}/bin/noise", "#!/bin/sh\n");
            _folder.File($"{tree}/lib/a b,c.cfg", "x = 1\n");
            _folder.File($"{tree}/größe.py", "pass\n");
            _folder.File($"{tree}/.hidden", "");
        }

        File.SetLastWriteTimeUtc(_folder.At("two/größe.py"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetUnixFileMode(_folder.At("two/bin/noise"), UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead);

        using var one = Pack("one");
        using var two = Pack("two");

        two.Sha256.ShouldBe(one.Sha256);
        (one.Files, one.FileBytes).ShouldBe((4, 21));
        NamesIn(one).ShouldBe([".hidden", "bin/noise", "größe.py", "lib/a b,c.cfg"]);
    }

    [Fact]
    public void Another_content_another_name_and_the_right_to_run_it_are_another_archive()
    {
        _folder.File("tree/a", "x");
        using var first = Pack("tree");
        _folder.File("tree/a", "y");
        using var content = Pack("tree");
        _folder.Script("tree/a", "y");
        using var mode = Pack("tree");
        File.Move(_folder.At("tree/a"), _folder.At("tree/b"));
        using var name = Pack("tree");

        new[] { first.Sha256, content.Sha256, mode.Sha256, name.Sha256 }.ShouldBeUnique();
    }

    /// <summary>What the client makes, the door takes.</summary>
    [Fact]
    public void What_is_packed_keeps_the_rules()
    {
        _folder.Script("tree/bin/noise", "#!/bin/sh\n");
        _folder.File("tree/recipes/a.conf", new string('#', 10_000));
        using var package = Pack("tree");
        using (var file = File.Create(_folder.At("archive.zip")))
        {
            package.Archive.CopyTo(file);
        }

        using var archive = CodeArchive.Open(_folder.At("archive.zip"), ArchiveLimits.Usual);

        archive.CheckContent(CancellationToken.None);
        archive.Files.Single(file => file.Told.Name == "bin/noise").Told.IsExecutable.ShouldBeTrue();
        archive.Files.Single(file => file.Told.Name == "recipes/a.conf").Told.IsExecutable.ShouldBeFalse();
    }

    [Fact]
    public void Histories_caches_and_what_is_no_file_stay_here_and_that_is_said()
    {
        _folder.File("tree/a.py", "x");
        _folder.File("tree/.git/config", "x");
        _folder.File("tree/lib/__pycache__/a.pyc", "x");
        _folder.File("tree/lib/b.pyc", "x");
        _folder.File("tree/.ssh/id_rsa", "x");
        using var mkfifo = Process.Start("mkfifo", [_folder.At("tree/pipe")])!;
        mkfifo.WaitForExit();

        using var package = Pack("tree");

        NamesIn(package).ShouldBe(["a.py"]);
        package.LeftOut.ShouldBe([".git", ".ssh", "lib/__pycache__", "lib/b.pyc", "pipe"]);
    }

    [Fact]
    public void Links_become_what_they_lead_to_within_the_tree()
    {
        _folder.File("tree/lib/a.py", "x");
        File.CreateSymbolicLink(_folder.At("tree/b.py"), "lib/../lib/a.py");
        Directory.CreateSymbolicLink(_folder.At("tree/other"), _folder.At("tree/lib"));

        using var package = Pack("tree");

        NamesIn(package).ShouldBe(["b.py", "lib/a.py", "other/a.py"]);
    }

    [Theory]
    [InlineData("../secret", "leads out of the tree")]
    [InlineData("/etc/passwd", "leads out of the tree")]
    [InlineData("lib/up/secret", "leads out of the tree")]
    [InlineData("nowhere", "is not there")]
    [InlineData("loop", "without an end")]
    public void Links_out_of_the_tree_are_refused(string target, string why)
    {
        _folder.File("secret", "x");
        _folder.File("tree/lib/a.py", "x");
        Directory.CreateSymbolicLink(_folder.At("tree/lib/up"), "../..");
        File.CreateSymbolicLink(_folder.At("tree/loop"), "loop");
        if (target != "loop")
        {
            File.Delete(_folder.At("tree/loop"));
            File.CreateSymbolicLink(_folder.At("tree/link"), target);
            if (target != "lib/up/secret")
            {
                File.Delete(_folder.At("tree/lib/up"));
            }
        }
        else
        {
            File.Delete(_folder.At("tree/lib/up"));
        }

        Should.Throw<CodeTreeException>(() => Pack("tree")).Message.ShouldContain(why);
    }

    [Fact]
    public void A_folder_within_itself_is_refused()
    {
        _folder.File("tree/lib/a.py", "x");
        Directory.CreateSymbolicLink(_folder.At("tree/lib/again"), "..");

        Should.Throw<CodeTreeException>(() => Pack("tree")).Message.ShouldContain("has no end");
    }

    [Fact]
    public void A_tree_that_is_none_is_refused()
    {
        Directory.CreateDirectory(_folder.At("empty"));

        Should.Throw<CodeTreeException>(() => Pack("nowhere")).Message.ShouldContain("no folder");
        Should.Throw<CodeTreeException>(() => Pack("empty")).Message.ShouldContain("no file");
    }

    private CodePackage Pack(string tree) => CodePacker.Pack(_folder.At(tree), CancellationToken.None);

    private static List<string> NamesIn(CodePackage package)
    {
        using var zip = new ZipArchive(package.Archive, ZipArchiveMode.Read, leaveOpen: true);
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }
}
