using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Service.Shipping;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Shipping;

/// <summary>What comes from outside as an archive: refused with a sentence, in bounded memory, and nothing outside its place; at the door and, once more, on the node.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private const long MemoryMax = 160 << 20;
    private static readonly ArchiveLimits Limits = new(1000, 64 << 20);
    private static readonly AttemptId Attempt = new(new JobId(12), 3, 2);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Hostile => [.. HostileArchives.All.Keys];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_more_than_a_hundred() => HostileArchives.All.Count.ShouldBeGreaterThan(100);

    [Theory]
    [MemberData(nameof(Hostile))]
    public void It_is_refused_at_the_door(string what)
    {
        var (bytes, why) = HostileArchives.All[what];
        var path = Write(bytes());

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Should.Throw<ArchiveRefusedException>(() =>
        {
            using var archive = CodeArchive.Open(path, Limits);
            archive.CheckContent(CancellationToken.None);
        });

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MemoryMax);
        refused.Message.ShouldContain(why);
        refused.Message.Length.ShouldBeLessThan(500);
        refused.Message.Any(char.IsControl).ShouldBeFalse(refused.Message);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task It_is_not_unpacked_on_a_node_either(string what)
    {
        var path = Write(HostileArchives.All[what].Bytes());
        var trees = new CodeTrees(_folder.At("in/trees"), 1 << 30, Limits, new Always(path), "boot", TimeProvider.System);
        var before = Everything();

        var refused = await Should.ThrowAsync<TaskFilesException>(() => trees.TakeAsync(Attempt, new ShippedCode(new string('a', 64), 1), new FilesProgress(), CancellationToken.None));

        refused.Final.ShouldBeTrue();
        Everything().ShouldBe(before);
    }

    [Fact]
    public void Whatever_is_flipped_or_cut_off_is_refused_or_is_what_it_says()
    {
        var random = new Random(7);
        var whole = ZipBytes.Of(ZipItem.Of("a/b.py", "print(1)\n"), ZipItem.Deflated("c", new byte[500]), ZipItem.Of("é", "y").Described(), ZipItem.Folder("d/"));
        for (var round = 0; round < 3000; round++)
        {
            var bytes = whole[..(random.Next(4) == 0 ? random.Next(whole.Length + 1) : whole.Length)];
            for (var flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            var path = Write(bytes);
            try
            {
                using var archive = CodeArchive.Open(path, Limits);
                archive.CheckContent(CancellationToken.None);
                archive.Entries.ShouldAllBe(entry => ArchiveNames.FlawOf(entry.Told.Name) == null);
            }
            catch (ArchiveRefusedException)
            {
                // As it should.
            }
        }
    }

    [Fact]
    public void What_others_write_is_taken()
    {
        foreach (var bytes in new[]
        {
            ZipBytes.Of(ZipItem.Of("a.py")),
            ZipBytes.Of(ZipItem.Folder("lib/"), ZipItem.Of("lib/a.py"), ZipItem.Deflated("lib/b.py", new byte[3000])),
            ZipBytes.Of(ZipItem.Of("streamed.py").Described(), ZipItem.Deflated("streamed2.py", "abc"u8.ToArray()).Described(signature: false)),
            ZipBytes.Of(zip => zip.Comment = "6c4bb5d78aae5c9c9331c3e919ac30969fa00868"u8.ToArray(), ZipItem.Of("of-git.py")),
            ZipBytes.Of(ZipItem.Of("with-times.py").With(item => (item.Extra, item.LocalExtra) = ([0x55, 0x54, 5, 0, 3, 1, 2, 3, 4], [0x55, 0x54, 5, 0, 3, 1, 2, 3, 4]))),
            ZipBytes.Of(ZipItem.Of("nothing-said.py").With(item => item.Mode = 0)),
            ZipBytes.Of(ZipItem.Of("größe/星.py"), ZipItem.Of("a b,c \"d\" 'e'.cfg")),
            ZipBytes.Of(ZipItem.Of("lib/inner.zip"), ZipItem.Of("wheel.whl").With(item => item.Comment = "hello"u8.ToArray())),
        })
        {
            using var archive = CodeArchive.Open(Write(bytes), Limits);
            archive.CheckContent(CancellationToken.None);
            archive.Files.ShouldNotBeEmpty();
        }
    }

    /// <summary>An archive that an entry of another one stores as it is: its own end stands before the end of the whole.</summary>
    [Fact]
    public void An_archive_within_an_archive_is_a_file()
    {
        using var archive = CodeArchive.Open(Write(ZipBytes.Of(ZipItem.Of("vendor.zip"u8.ToArray(), ZipBytes.Of(ZipItem.Of("x"))))), Limits);

        archive.CheckContent(CancellationToken.None);
        archive.Files.ShouldHaveSingleItem().Told.Name.ShouldBe("vendor.zip");
    }

    private string Write(byte[] bytes)
    {
        var path = _folder.At("archive.zip");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private IReadOnlyList<string> Everything() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private sealed class Always(string path) : ICodeSource
    {
        public Task<string> BringAsync(AttemptId attempt, ShippedCode code, string part, FileProgress progress, CancellationToken cancellationToken) => Task.FromResult(path);
    }
}
