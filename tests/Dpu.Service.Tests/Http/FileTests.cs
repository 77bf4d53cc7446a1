using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>From a raw frame through a recipe to its products, their bytes and their history.</summary>
[Collection(SharedDpu.Name)]
public sealed class FileTests(RunningDpu dpu) : IAsyncLifetime
{
    private string _raw = "";
    private string _rawId = "";
    private JobSummary _job = null!;
    private FileRecord _copy = null!;
    private FileRecord _quicklook = null!;

    public async Task InitializeAsync()
    {
        var chip = $"chip-{Guid.NewGuid():N}";
        _raw = Frames.Write(dpu.NewFolder(), "raw.fits", header => header.Set("CCD", chip));
        _rawId = (await dpu.Client.IngestAsync([_raw], CancellationToken.None)).Registered.Single().Id;
        _job = await dpu.RunAsync(new JobSubmission("Copy", ["-i", "WFI", "-c", chip]));
        var results = await dpu.Client.GetResultsAsync(_job.JobId, CancellationToken.None);
        results.Count.ShouldBe(2);
        _copy = results.Single(file => file.Type == "copied");
        _quicklook = results.Single(file => file.Type == "quicklook");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Results_have_the_fields_that_others_read()
    {
        _job.Status.ShouldBe("FINISHED");
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{_job.JobId}/results"));
        var result = (await answer.JsonAsync()).EnumerateArray().Single(file => file.GetProperty("id").GetString() == _copy.Id);
        result.EnumerateObject().Select(field => field.Name).ShouldBe(["id", "path", "type", "sizeBytes", "sha256", "metadata", "task", "name", "main", "committed", "owner", "project", "privileges"]);
        result.GetProperty("metadata").GetRawText().ShouldBe("""{"chip":"ccd50","gain":1.5,"good":true}""");
    }

    [Fact]
    public void Products_stand_in_the_store_under_the_number_of_their_attempt()
    {
        _copy.Path.ShouldStartWith(Path.Combine(dpu.Host.DataDirectory, "store") + "/");
        _copy.Task!.ShouldStartWith($"{_job.JobId}/");
        _copy.Path.ShouldEndWith($"copy_{_copy.Task!.Replace('/', '_')}.fits");
        _copy.SizeBytes.ShouldBe(new FileInfo(_raw).Length);
        (_copy.Main, _quicklook.Main, _copy.Committed).ShouldBe((true, false, false));
    }

    [Fact]
    public async Task A_companion_is_no_main_object_in_the_catalog_either()
    {
        var files = await dpu.Client.FindFilesAsync($"job={_job.JobId}", CancellationToken.None);
        files.Single(file => file.Id == _copy.Id).Main.ShouldBeTrue();
        files.Single(file => file.Id == _quicklook.Id).Main.ShouldBeFalse();
    }

    [Fact]
    public async Task Bytes_are_sent_whole_or_in_part()
    {
        var bytes = await File.ReadAllBytesAsync(_raw);
        using var whole = await dpu.Owner.GetAsync(dpu.At($"/files/{_copy.Id}/content"));
        whole.Content.Headers.ContentDisposition!.FileName.ShouldBe(Path.GetFileName(_copy.Path));
        (await whole.Content.ReadAsByteArrayAsync()).ShouldBe(bytes);
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At($"/files/{_copy.Id}/content")) { Headers = { Range = new RangeHeaderValue(2880, 2889) } };
        using var part = await dpu.Owner.SendAsync(request);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange!.Length.ShouldBe(bytes.Length);
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[2880..2890]);
        using var beyond = new HttpRequestMessage(HttpMethod.Get, dpu.At($"/files/{_copy.Id}/content")) { Headers = { Range = new RangeHeaderValue(bytes.Length, null) } };
        using var refused = await dpu.Owner.SendAsync(beyond);
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Fact]
    public async Task An_id_with_a_slash_and_a_path_name_a_file()
    {
        _quicklook.Id.ShouldContain("/");
        using var picture = new MemoryStream();
        await dpu.Client.DownloadAsync(_quicklook.Id, picture, CancellationToken.None);
        picture.ToArray().ShouldBe("picture\n"u8.ToArray());
        using var raw = new MemoryStream();
        await dpu.Client.DownloadAsync(_raw, raw, CancellationToken.None);
        raw.Length.ShouldBe(new FileInfo(_raw).Length);
    }

    [Fact]
    public async Task A_file_tells_where_it_came_from_and_what_was_made_of_it()
    {
        var up = await dpu.Client.GetProvenanceAsync(_copy.Id, up: true, CancellationToken.None);
        up.File.Id.ShouldBe(_copy.Id);
        up.Edges.ShouldContain(new ProvenanceEdge(_copy.Id, _rawId, "wasDerivedFrom"));
        up.Edges.Select(edge => edge.Relation).Distinct().ShouldBe(["wasDerivedFrom", "wasGeneratedBy", "used"], ignoreOrder: true);
        up.Files.Select(file => file.Id).ShouldContain(_rawId);
        up.Processes!.ShouldHaveSingleItem().Attempt.ShouldBe(_copy.Task);
        up.More.ShouldBeFalse();
        using var near = await dpu.Owner.GetAsync(dpu.At($"/files/{Uri.EscapeDataString(_copy.Id)}/provenance?limit=1"));
        var nearest = JsonSerializer.Deserialize(await near.Content.ReadAsStringAsync(), ApiJson.Default.Provenance)!;
        (nearest.Edges.Count, nearest.More).ShouldBe((1, true));
        var down = await dpu.Client.GetProvenanceAsync(_rawId, up: false, CancellationToken.None);
        down.Files.Select(file => file.Id).ShouldContain(_copy.Id);
        using var wrong = await dpu.Owner.GetAsync(dpu.At($"/files/{_rawId}/provenance?direction=left"));
        await wrong.ProblemAsync(422, "bad-direction");
    }

    [Fact]
    public async Task A_file_that_there_is_not_is_not_found()
    {
        foreach (var what in new[] { "content", "provenance" })
        {
            using var answer = await dpu.Owner.GetAsync(dpu.At($"/files/raw-nothing/{what}"));
            (await answer.ProblemAsync(404, "unknown-file")).Detail!.ShouldContain("raw-nothing");
        }
    }

    [Fact]
    public async Task A_file_that_was_taken_away_is_said_to_be_gone()
    {
        File.Delete(_copy.Path);
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/files/{_copy.Id}/content"));
        (await answer.ProblemAsync(404, "file-gone")).Detail!.ShouldContain(_copy.Path);
    }

    [Fact]
    public async Task A_query_finds_by_metadata_and_a_broken_one_is_refused()
    {
        var found = await dpu.Client.FindFilesAsync($"type=copied job={_job.JobId} chip=ccd5?", CancellationToken.None);
        found.Select(file => file.Id).ShouldContain(_copy.Id);
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/files?q={Uri.EscapeDataString("object=\"M 31")}"));
        await answer.ProblemAsync(422, "bad-query");
    }
}
