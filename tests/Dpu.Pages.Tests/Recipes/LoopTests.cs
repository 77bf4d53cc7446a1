using System.Globalization;
using System.Net;
using System.Text.Json;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests.Recipes;

/// <summary>A job for each of many values.</summary>
public sealed class LoopTests
{
    private const string Page = "/recipes/Reduce";

    private static readonly Problem NoInputs = new("Refused", 422, "Nothing is like <b>that</b>.", "no-inputs");

    [Fact]
    public async Task Each_value_is_planned_and_what_cannot_run_is_left_out()
    {
        await using var pages = await StartAsync();
        Plans(pages, except: "gone");
        var answer = await pages.PostAsync(Page, ("o.object", "not this"), ("loop.option", "object"), ("loop.values", "CDF4 A\r\ngone\r\nCDF4, \"B\"\r\nCDF4 A\r\n"), ("campaign", "my nights"), ("project", "KIDS"));
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("The plan for 3 jobs");
        html.ShouldContain("<b>8 tasks</b> in 2 jobs, estimated <b>20 s</b>");
        html.ShouldContain("1 value cannot run, and is left out");
        html.ShouldContain("Nothing is like &lt;b&gt;that&lt;/b&gt;.");
        html.ShouldContain("Submit 2 jobs");
        html.ShouldNotContain("not this</dd>");
        html.ShouldContain("<dd class=\"mono\">KIDS</dd>");
        html.ShouldContain("name=\"loop.values\" value=\"CDF4 A&#xA;CDF4, &quot;B&quot;\"");
        ValuesSent(pages).ShouldBe(["CDF4 A", "gone", "CDF4, \"B\""], ignoreOrder: true);
    }

    [Fact]
    public async Task Each_is_submitted_once_under_a_name_of_its_own_as_a_unit_of_the_campaign()
    {
        await using var pages = await StartAsync();
        pages.Api.AnswersBy("POST /jobs", body => (201, new JobAccepted(7, "a dpu", 1)), ApiJson.Default.JobAccepted, NoInputs);
        var values = string.Join('\n', Enumerable.Range(1, 300));
        var answer = await pages.PostAsync(Page, ("step", "submit"), ("key", "abc"), ("loop.option", "object"), ("loop.values", values), ("campaign", "my/nights"));
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.ToString().ShouldBe("/campaigns/my%2Fnights");
        var sent = Submissions(pages);
        sent.Count.ShouldBe(300);
        sent.Select(one => one.Key).ShouldBe(Enumerable.Range(0, 300).Select(index => string.Create(CultureInfo.InvariantCulture, $"abc-{index}")), ignoreOrder: true);
        var third = sent.Single(one => one.Key == "abc-2").Body;
        third.GetProperty("options").GetProperty("object").GetString().ShouldBe("3");
        third.GetProperty("campaign").GetRawText().ShouldBe("""{"name":"my/nights","unit":"3","request":1}""");
    }

    [Fact]
    public async Task What_was_not_taken_is_tried_again_under_the_same_names()
    {
        await using var pages = await StartAsync();
        pages.Api.AnswersBy("POST /jobs", body => ObjectOf(body) == "b" ? null : (201, new JobAccepted(7, "a dpu", 1)), ApiJson.Default.JobAccepted, new Problem("Unavailable", 503, "The disk is full.", "unavailable"));
        var answer = await pages.PostAsync(Page, ("step", "submit"), ("key", "abc"), ("loop.option", "object"), ("loop.values", "a\nb\nc"), ("campaign", "x"));
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("2 of 3 jobs were submitted");
        html.ShouldContain("The disk is full.");
        html.ShouldContain("name=\"loop.values\" value=\"a&#xA;b&#xA;c\"");
        html.ShouldContain("name=\"key\" value=\"abc\"");
    }

    [Fact]
    public async Task Values_are_taken_from_files_each_once_and_through_all_pages()
    {
        await using var pages = await StartAsync();
        Plans(pages, except: "");
        pages.Api.Answers<IReadOnlyList<FileRecord>>(
            "GET /files?q=type%3Draw&limit=2000", [File("a", "CDF4"), File("b", "CDF5"), File("c", "CDF4")], ApiJson.Default.IReadOnlyListFileRecord, link: "</api/v1/files?q=type%3Draw&limit=2000&after=c>; rel=\"next\"");
        pages.Api.Answers<IReadOnlyList<FileRecord>>("GET /files?q=type%3Draw&limit=2000&after=c", [File("d", "CDF6")], ApiJson.Default.IReadOnlyListFileRecord);
        await pages.PostAsync(Page, ("loop.option", "object"), ("loop.q", "type=raw"));
        ValuesSent(pages).ShouldBe(["CDF4", "CDF5", "CDF6"], ignoreOrder: true);
        pages.Api.Bodies.Clear();
        pages.Api.Keys.Clear();
        pages.Api.Asked.Clear();
        await pages.PostAsync(Page, ("loop.option", "lists"), ("loop.q", "type=raw"));
        Bodies(pages).Select(body => body.GetProperty("options").GetProperty("lists").GetRawText()).ShouldBe(["""["a"]""", """["b"]""", """["c"]""", """["d"]"""], ignoreOrder: true);
    }

    [Theory]
    [InlineData("", "a", "", "not said of which option")]
    [InlineData("object", "", "", "It is not said for which values of &#x27;object&#x27;")]
    [InlineData("object", "a", "type=raw", "use one of the two")]
    [InlineData("objekt", "a", "", "has no option &#x27;objekt&#x27;")]
    public async Task What_is_missing_is_said(string option, string values, string query, string sentence)
    {
        await using var pages = await StartAsync();
        var answer = await pages.PostAsync(Page, ("loop.option", option), ("loop.values", values), ("loop.q", query));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(sentence);
        pages.Api.Asked.ShouldNotContain("POST /jobs");
    }

    [Fact]
    public async Task There_is_an_end_to_how_many()
    {
        await using var pages = await StartAsync();
        var answer = await pages.PostAsync(Page, ("loop.option", "object"), ("loop.values", string.Join('\n', Enumerable.Range(0, 501))));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("These are 501 values; 500 jobs at once are the most.");
        pages.Api.Asked.ShouldNotContain("POST /jobs");
    }

    [Fact]
    public async Task A_campaign_shows_how_its_units_are()
    {
        await using var pages = await PageHost.StartAsync();
        var noon = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        pages.Api.Answers<IReadOnlyList<CampaignInfo>>(
            "GET /campaigns", [new CampaignInfo("<i>x", 2, 3, new Dictionary<string, long> { ["FAILED"] = 2 }, new JobCounts(1, 2, 0, 0, 0), noon, noon)], ApiJson.Default.IReadOnlyListCampaignInfo);
        pages.Api.Answers<IReadOnlyList<CampaignUnitInfo>>(
            "GET /campaigns/%3Ci%3Ex/units", [new CampaignUnitInfo(1, "<b>u", 2, 84820, "FAILED", "jane", "Reduce", noon)], ApiJson.Default.IReadOnlyListCampaignUnitInfo,
            link: "</api/v1/campaigns/x/units?limit=300&after=1%2Fu>; rel=\"next\"");
        (await pages.GetAsync("/campaigns")).ShouldContain("href=\"/campaigns/%3Ci%3Ex\">&lt;i&gt;x</a>");
        var html = await pages.GetAsync("/campaigns/%3Ci%3Ex?status=FAILED");
        pages.Api.Asked.ShouldContain("GET /campaigns/%3Ci%3Ex/units?status=FAILED&limit=300");
        html.ShouldContain("&lt;b&gt;u");
        html.ShouldContain("href=\"/jobs/84820\"");
        html.ShouldContain("href=\"/campaigns/%3Ci%3Ex?status=FAILED&amp;after=1%2F%3Cb%3Eu\"");
    }

    private static void Plans(PageHost pages, string except) => pages.Api.AnswersBy(
        "POST /jobs",
        body => ObjectOf(body) == except ? null : (200, new PlanPreview("Reduce", 10, [new PlannedStep("Reduce", "Reduce", 4, [], 1, 1 << 20, 10)], [])),
        ApiJson.Default.PlanPreview,
        NoInputs);

    private static string? ObjectOf(JsonElement body) => body.GetProperty("options").TryGetProperty("object", out var value) ? value.GetString() : null;

    private static FileRecord File(string id, string target) =>
        new(id, "/" + id, "raw", 1, "", new Dictionary<string, ApiValue> { ["object"] = ApiValue.Of(target) }, null, id + ".fits", false, false);

    private static IEnumerable<JsonElement> Bodies(PageHost pages) => Submissions(pages).Select(one => one.Body);

    private static List<string?> ValuesSent(PageHost pages) => [.. Bodies(pages).Select(ObjectOf)];

    private static List<(string? Key, JsonElement Body)> Submissions(PageHost pages) =>
    [
        .. Enumerable.Range(0, pages.Api.Asked.Count)
            .Where(index => pages.Api.Asked[index] == "POST /jobs")
            .Select(index => (pages.Api.Keys[index], JsonDocument.Parse(pages.Api.Bodies[index]).RootElement)),
    ];

    private static async Task<PageHost> StartAsync()
    {
        var pages = await PageHost.StartAsync();
        pages.Api.Answers(
            "GET /sequences/Reduce/options",
            new SequenceOptions("Reduce", [new RecipeOptions("Reduce", [new RecipeOption("object", "o", "string", null, true, "object"), new RecipeOption("lists", null, "list", null, false, "")])]),
            ApiJson.Default.SequenceOptions);
        pages.Api.Answers("GET /notify", new NotifyInfo(null, null, "asked", [], [], 0), ApiJson.Default.NotifyInfo);
        pages.Api.Answers<IReadOnlyList<SequenceInfo>>("GET /sequences", [], ApiJson.Default.IReadOnlyListSequenceInfo);
        return pages;
    }
}
