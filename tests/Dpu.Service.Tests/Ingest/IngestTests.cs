using System.Diagnostics;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Ingest;

[Collection(SharedDpu.Name)]
public sealed class IngestTests(RunningDpu dpu)
{
    private readonly string _folder = dpu.NewFolder();

    [Fact]
    public async Task A_frame_is_registered_with_what_its_header_says()
    {
        var path = Frames.Write(_folder, "a.fits");
        var frame = (await IngestAsync(path)).Registered.ShouldHaveSingleItem();
        (frame.Path, frame.Type).ShouldBe((path, "raw-bias"));
        Texts(frame.Metadata).ShouldBe(
            new Dictionary<string, string>
            {
                ["instrument"] = "WFI",
                ["chip"] = "ccd50",
                ["date"] = "2000-04-28",
                ["dateobs"] = "2000-04-29T03:04:05.250",
                ["exptime"] = "0",
                ["exposure"] = "exposure-1",
            },
            ignoreOrder: true);

        // It is found at once, and is what it was said to be.
        var file = (await dpu.Client.FindFilesAsync($"id={frame.Id}", CancellationToken.None)).ShouldHaveSingleItem();
        file.Path.ShouldBe(path);
        file.SizeBytes.ShouldBe(new FileInfo(path).Length);
        file.Sha256.ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(path))));
        (file.Task, file.Main, file.Committed).ShouldBe((null, false, true));
    }

    [RealFramesFact]
    public async Task The_observed_frames_are_registered_with_their_own_facts()
    {
        var result = await IngestAsync(RealFrames.Folder!);
        var frames = result.Registered.Concat(await KnownAsync(result)).ToList();
        result.Refused.ShouldBeEmpty();
        frames.Count.ShouldBe(3);
        frames.ShouldAllBe(frame => frame.Type == "raw-science");
        foreach (var (name, filter) in new[] { ("raw_v1_fg.fits.gz", "g"), ("raw_v2_fg.fits.gz", "g"), ("raw_v3_fr.fits.gz", "r") })
        {
            var metadata = frames.Single(frame => Path.GetFileName(frame.Path) == name).Metadata;
            (metadata["instrument"].Text, metadata["filter"].Text, metadata["exptime"].Number).ShouldBe(("LSSTSIM", filter, 15));
            metadata["chip"].Text.ShouldMatch("^R..*_S..");
            metadata["date"].Text.ShouldMatch(@"^\d{4}-\d\d-\d\d$");
            metadata["ra"].Number!.Value.ShouldBeInRange(0, 360);
            metadata["dec"].Number!.Value.ShouldBeInRange(-90, 90);
        }
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_said_to_be_one()
    {
        var link = Path.Combine(dpu.NewFolder(), "a.fits");
        File.CreateSymbolicLink(link, "nowhere.fits");
        (await IngestAsync(link)).Refused.ShouldHaveSingleItem().Reason.ShouldBe("it is a link to nowhere.fits, which is not there");
    }

    [Fact]
    public async Task A_truncated_frame_among_good_ones_is_refused_by_name_and_the_rest_is_registered()
    {
        var good = Frames.Write(_folder, "good.fits");
        var cut = Frames.Write(_folder, "cut.fits");
        using (var file = File.OpenWrite(cut))
        {
            file.SetLength(file.Length - 2880);
        }

        var noFits = Path.Combine(_folder, "text.fits");
        await File.WriteAllTextAsync(noFits, "I am no frame.");
        var empty = Path.Combine(_folder, "empty.fits");
        await File.WriteAllTextAsync(empty, "");
        var foreign = Frames.Write(_folder, "foreign.fits", header => header.Set("INSTRUME", "OTHER"));
        var result = await IngestAsync(good, cut, noFits, empty, foreign, Path.Combine(_folder, "missing.fits"));
        result.Registered.ShouldHaveSingleItem().Path.ShouldBe(good);
        result.Known.ShouldBeEmpty();
        result.Refused.Select(refused => Path.GetFileName(refused.Path)).ShouldBe(["cut.fits", "text.fits", "empty.fits", "foreign.fits", "missing.fits"]);
        result.Refused.ShouldAllBe(refused => !refused.Reason.Contains(_folder));
        result.Refused[0].Reason.ShouldContain("truncated");
        result.Refused[1].Reason.ShouldContain("not a FITS file");
        result.Refused[2].Reason.ShouldContain("empty");
        result.Refused[3].Reason.ShouldContain("INSTRUME");
        result.Refused[4].Reason.ShouldContain("no such file");
    }

    [Fact]
    public async Task A_folder_stands_for_the_frames_in_it_and_below_it()
    {
        var first = Frames.Write(_folder, "b.fits");
        var second = Frames.Write(Path.Combine(_folder, "night", "a"), "c.FITS");
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "cloudy");

        // Back to where we are: looked into, it would never end.
        Directory.CreateSymbolicLink(Path.Combine(_folder, "night", "loop"), _folder);
        var result = await IngestAsync(_folder);
        result.Registered.Select(frame => frame.Path).ShouldBe([first, second]);
        result.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_without_frames_is_said_to_have_none()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "cloudy");
        (await IngestAsync(_folder)).Refused.ShouldHaveSingleItem().Reason.ShouldContain("no frame");
    }

    [Fact]
    public async Task The_same_again_changes_nothing()
    {
        var path = Frames.Write(_folder, "a.fits");
        var id = (await IngestAsync(path)).Registered.ShouldHaveSingleItem().Id;
        var again = await IngestAsync(path, path);
        again.Registered.ShouldBeEmpty();
        again.Known.ShouldHaveSingleItem().ShouldBe(new KnownFile(path, id));
        (await dpu.Client.FindFilesAsync($"id={id}", CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_content_under_two_names_is_one_file()
    {
        var first = Frames.Write(_folder, "first.fits");
        var second = Path.Combine(_folder, "second.fits");
        File.Copy(first, second);
        var result = await IngestAsync(first, second);
        var registered = result.Registered.ShouldHaveSingleItem();
        registered.Path.ShouldBe(first);
        result.Known.ShouldHaveSingleItem().ShouldBe(new KnownFile(second, registered.Id));
    }

    [Fact]
    public async Task A_link_to_a_frame_is_as_good_as_the_frame()
    {
        var link = Path.Combine(_folder, "link.fits");
        File.CreateSymbolicLink(link, Frames.Write(_folder, "real.fits"));
        (await IngestAsync(link)).Registered.ShouldHaveSingleItem().Path.ShouldBe(link);
    }

    [Fact]
    public async Task A_pipe_is_refused_and_not_waited_for()
    {
        var pipe = Path.Combine(_folder, "pipe.fits");
        using (var mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync();
        }

        var good = Frames.Write(_folder, "good.fits");
        var result = await IngestAsync(_folder).WaitAsync(TimeSpan.FromSeconds(60));
        result.Registered.ShouldHaveSingleItem().Path.ShouldBe(good);
        result.Refused.ShouldHaveSingleItem().Reason.ShouldContain("no regular file");
    }

    [Fact]
    public async Task A_path_that_is_not_absolute_is_refused()
    {
        var result = await IngestAsync("some.fits", ".", "");
        result.Refused.Select(refused => refused.Path).ShouldBe(["some.fits", ".", ""]);
        result.Refused.ShouldAllBe(refused => refused.Reason.Contains("absolute"));
    }

    [UnprivilegedFact]
    public async Task What_may_not_be_read_is_refused_by_name()
    {
        var secret = Frames.Write(_folder, "secret.fits");
        File.SetUnixFileMode(secret, UnixFileMode.None);
        var closed = Directory.CreateDirectory(Path.Combine(_folder, "closed"), UnixFileMode.None).FullName;
        var good = Frames.Write(_folder, "good.fits");
        try
        {
            var result = await IngestAsync(_folder);
            result.Registered.ShouldHaveSingleItem().Path.ShouldBe(good);
            result.Refused.Select(refused => refused.Path).ShouldBe([closed, secret]);
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Task<IngestResult> IngestAsync(params string[] paths) => dpu.Client.IngestAsync(paths, CancellationToken.None);

    /// <summary>Another test may have registered them first.</summary>
    private async Task<IEnumerable<RegisteredFile>> KnownAsync(IngestResult result)
    {
        var files = new List<RegisteredFile>();
        foreach (var known in result.Known)
        {
            var file = (await dpu.Client.FindFilesAsync($"id={known.Id}", CancellationToken.None)).Single();
            files.Add(new RegisteredFile(file.Path, file.Id, file.Type, file.Metadata));
        }

        return files;
    }

    private static Dictionary<string, string> Texts(IReadOnlyDictionary<string, ApiValue> metadata) =>
        metadata.ToDictionary(pair => pair.Key, pair => pair.Value.Text);
}
