using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Products over HTTP: parts, checksums and other forms.</summary>
[Collection(SharedDpu.Name)]
public sealed class ProductTests(RunningDpu dpu) : IAsyncLifetime
{
    private string _raw = "";
    private string _rawId = "";
    private FileRecord _copy = null!;
    private FileRecord _quicklook = null!;

    public async Task InitializeAsync()
    {
        var chip = $"chip-{Guid.NewGuid():N}";
        _raw = Frames.Write(dpu.NewFolder(), "raw.fits", header => header.Set("CCD", chip));
        _rawId = (await dpu.Client.IngestAsync([_raw], CancellationToken.None)).Registered.Single().Id;
        var job = await dpu.RunAsync(new JobSubmission("Copy", ["-i", "WFI", "-c", chip]));
        var results = await dpu.Client.GetResultsAsync(job.JobId, CancellationToken.None);
        _copy = results.Single(file => file.Type == "copied");
        _quicklook = results.Single(file => file.Type == "quicklook");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_stored_file_is_known_by_its_checksum()
    {
        using var whole = await GetAsync(_copy.Id);
        whole.Headers.ETag!.Tag.ShouldBe($"\"{_copy.Sha256}\"");
        Digest(whole).ShouldBe(_copy.Sha256);
        whole.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        using var head = await dpu.Owner.SendAsync(new HttpRequestMessage(HttpMethod.Head, At(_copy.Id)));
        (head.StatusCode, head.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, _copy.SizeBytes));
        using var part = await GetAsync(_copy.Id, change: request => (request.Headers.Range, request.Headers.IfRange) = (new RangeHeaderValue(0, 9), new RangeConditionHeaderValue(whole.Headers.ETag)));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        Digest(part).ShouldBe(_copy.Sha256);
        using var other = await GetAsync(_copy.Id, change: request => (request.Headers.Range, request.Headers.IfRange) = (new RangeHeaderValue(0, 9), new RangeConditionHeaderValue("\"other\"")));
        (other.StatusCode, other.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, _copy.SizeBytes));
        using var known = await GetAsync(_copy.Id, change: request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag));
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task An_image_is_had_as_an_array_and_as_a_picture()
    {
        using var npy = await GetAsync(_rawId, "npy");
        var bytes = await npy.Content.ReadAsByteArrayAsync();
        bytes[..6].ShouldBe([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']);
        Digest(npy).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        npy.Content.Headers.ContentDisposition!.FileName.ShouldBe("raw.npy");
        using var part = await GetAsync(_rawId, "npy", request => request.Headers.Range = new RangeHeaderValue(1, 5));
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe("NUMPY"u8.ToArray());
        using var known = await GetAsync(_rawId, "npy", request => request.Headers.IfNoneMatch.Add(npy.Headers.ETag!));
        known.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var png = await GetAsync(_rawId, "png");
        png.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        (await png.Content.ReadAsByteArrayAsync())[1..4].ShouldBe("PNG"u8.ToArray());
        using var fits = await GetAsync(_rawId, "fits");
        (await fits.Content.ReadAsByteArrayAsync()).ShouldBe(await File.ReadAllBytesAsync(_raw));
        Directory.EnumerateFiles(Path.Combine(dpu.Host.DataDirectory, "converting")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_recipe_wrote_beside_its_product_is_sent_instead()
    {
        using var png = await GetAsync(_copy.Id, "png");
        (await png.Content.ReadAsByteArrayAsync()).ShouldBe("picture\n"u8.ToArray());
        Digest(png).ShouldBe(_quicklook.Sha256);
    }

    [Fact]
    public async Task What_cannot_be_had_is_said()
    {
        using var unknown = await GetAsync(_rawId, "votabel");
        (await unknown.ProblemAsync(422, "bad-format")).Detail!.ShouldContain("Did you mean 'votable'");
        using var table = await GetAsync(_rawId, "votable");
        (await table.ProblemAsync(422, "not-convertible")).Detail!.ShouldContain("table");
        using var picture = await GetAsync(_quicklook.Id, "fits");
        await picture.ProblemAsync(422, "not-fits");
        using var numbers = await GetAsync(_quicklook.Id, "npy");
        var detail = (await numbers.ProblemAsync(422, "not-convertible")).Detail!;
        detail.ShouldContain("not a FITS file");
        detail.ShouldNotContain(dpu.Host.DataDirectory);
    }

    [Fact]
    public async Task A_file_that_was_changed_is_not_sent_as_what_it_was()
    {
        await using (var file = File.OpenWrite(_copy.Path))
        {
            file.SetLength(file.Length / 2);
        }

        using var answer = await GetAsync(_copy.Id);
        await answer.ProblemAsync(409, "file-changed");
        using var converted = await GetAsync(_copy.Id, "npy");
        await converted.ProblemAsync(409, "file-changed");
    }

    private Uri At(string id, string? format = null) => dpu.At($"/files/{Uri.EscapeDataString(id)}/content{(format is null ? "" : "?format=" + format)}");

    private async Task<HttpResponseMessage> GetAsync(string id, string? format = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At(id, format));
        change?.Invoke(request);
        return await dpu.Owner.SendAsync(request);
    }

    private static string Digest(HttpResponseMessage answer)
    {
        var digest = answer.Headers.GetValues("Repr-Digest").Single();
        digest.ShouldStartWith("sha-256=:");
        return Convert.ToHexStringLower(Convert.FromBase64String(digest[9..].TrimEnd(':')));
    }
}
