using System.Net;
using Dpu.Client.Contracts;
using Dpu.Pages.Files;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>The catalog in a browser.</summary>
public sealed class FilesTests
{
    private const string Evil = "\"><script>alert(1)</script>.fits";

    [Fact]
    public async Task Files_are_lines_that_lead_to_the_file_its_job_and_others_of_its_type()
    {
        await using var pages = await PageHost.StartAsync();
        List(pages, File("7.0.1.a b/c", "coadd.fits") with { Task = "7/0/1", Owner = "jane", Project = "KIDS" });
        var html = await pages.GetAsync("/files?q=type%3Dcoadd");
        pages.Api.Asked.ShouldContain("GET /files?q=type%3Dcoadd&limit=50");
        html.ShouldContain("<a href=\"/files/7.0.1.a%20b%2Fc\">coadd.fits</a>");
        html.ShouldContain("<a href=\"/jobs/7\">job 7</a>");
        html.ShouldContain("href=\"/files?q=type%3Dcoadd\"");
        html.ShouldContain("jane, KIDS");
        html.ShouldContain("1.5 KiB");
    }

    [Fact]
    public async Task A_query_that_cannot_be_read_stands_there_with_what_is_wrong()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Refuses("GET /files", new Problem("Refused", 422, "At character 6: a value is missing.", "bad-query"));
        var answer = await pages.Client.GetAsync(new Uri("/files?q=type%3D", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("At character 6: a value is missing.");
        html.ShouldContain("value=\"type=\"");
        html.ShouldContain("<details id=\"query-help\" class=\"help\" open>");
    }

    [Fact]
    public async Task Pictures_are_asked_for_when_they_come_into_sight_and_only_of_what_can_have_one()
    {
        await using var pages = await PageHost.StartAsync();
        List(pages, File("a", "a.fits"), File("b", "b.vot"));
        var html = await pages.GetAsync("/files?view=pictures");
        pages.Api.Asked.ShouldContain("GET /files?limit=24");
        html.ShouldContain("src=\"/api/v1/files/a/content?format=png\"");
        html.ShouldContain("loading=\"lazy\"");
        html.ShouldNotContain("/files/b/content");
    }

    [Fact]
    public async Task A_file_shows_what_it_is_where_it_came_from_and_how_to_have_it()
    {
        await using var pages = await PageHost.StartAsync();
        var file = File("x/1", "coadd.fits") with
        {
            Task = "7/3/1",
            Metadata = new Dictionary<string, ApiValue> { ["object"] = ApiValue.Of("M 31"), ["exptime"] = ApiValue.Of(60.5) },
        };
        Show(pages, file);
        var html = await pages.GetAsync("/files/x%2F1");
        html.ShouldContain("href=\"/jobs/7/tasks/3\"");
        foreach (var form in new[] { "fits", "votable", "npy", "png" })
        {
            html.ShouldContain($"href=\"/api/v1/files/x%2F1/content?format={form}\"");
        }

        html.ShouldContain("href=\"/files?q=object%3D%22M%2031%22\"");
        html.ShouldContain("<svg");
        html.ShouldContain("raw.fits");
    }

    [Fact]
    public async Task What_a_file_is_called_and_holds_is_text()
    {
        await using var pages = await PageHost.StartAsync();
        var file = File("evil", Evil) with { Type = Evil, Owner = Evil, Project = Evil, Metadata = new Dictionary<string, ApiValue> { [Evil] = ApiValue.Of(Evil) } };
        List(pages, file);
        Show(pages, file);
        foreach (var address in new[] { "/files", "/files?view=pictures", "/files/evil", $"/files?q={Uri.EscapeDataString(Evil)}" })
        {
            (await pages.GetAsync(address)).ShouldNotContain("<script>alert", Case.Insensitive, address);
        }
    }

    [Theory]
    [InlineData("chip", "ccd50", "chip=ccd50")]
    [InlineData("object", "M 31", "object=\"M 31\"")]
    [InlineData("object", "a\"b\\c\nd", "object=\"a\\\"b\\\\c\\nd\"")]
    [InlineData("patch", "8,6", "patch=8,6")]
    [InlineData("HIERARCH ESO", "x", "\"HIERARCH ESO=x\"")]
    [InlineData("star", "a*", "star=\"a*\"")]
    public void A_term_means_its_value_whatever_is_in_it(string key, string value, string term) => FileLook.Term(key, value).ShouldBe(term);

    private static FileRecord File(string id, string name) =>
        new(id, $"/store/{name}", "coadd", 1536, new string('0', 64), new Dictionary<string, ApiValue>(), null, name, Main: true, Committed: true);

    private static void List(PageHost pages, params FileRecord[] files) => pages.Api.Answers<IReadOnlyList<FileRecord>>("GET /files", files, ApiJson.Default.IReadOnlyListFileRecord);

    private static void Show(PageHost pages, FileRecord file)
    {
        var address = $"GET /files/{Uri.EscapeDataString(file.Id)}";
        pages.Api.Answers(address, file, ApiJson.Default.FileRecord);
        var raw = File("raw", "raw.fits");
        pages.Api.Answers($"{address}/provenance", new Provenance(file, [new ProvenanceEdge(file.Id, "raw", "wasDerivedFrom")], [file, raw]), ApiJson.Default.Provenance);
    }
}
