using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests.Recipes;

/// <summary>A submission in a browser.</summary>
public sealed partial class SubmitTests
{
    private const string Page = "/recipes/Reduce%3ECoadd";

    [Fact]
    public async Task Options_of_all_recipes_are_fields_and_one_that_several_have_is_one()
    {
        await using var pages = await StartAsync();
        var html = await pages.GetAsync(Page);
        Regex.Count(html, "name=\"o.instrument\"").ShouldBe(1);
        html.ShouldContain("""name="o.overscan" value="median" """.TrimEnd());
        html.ShouldContain("""type="date" id="o.date" """.TrimEnd());
        html.ShouldContain("""type="checkbox" id="o.commit" """.TrimEnd());
        html.ShouldContain("Instrument, such as WFI.");
        html.ShouldContain("For Coadd.");
    }

    [Fact]
    public async Task An_address_fills_the_form_in()
    {
        await using var pages = await StartAsync();
        var html = await pages.GetAsync(Page + "?o.instrument=W%26FI&o.commit=true&o.pars=A%3D1%0AB%3D2&project=KIDS");
        html.ShouldContain("value=\"W&amp;FI\"");
        html.ShouldMatch("id=\"o.commit\"[^>]* checked");
        html.ShouldContain(">A=1&#xA;B=2</textarea>");
        html.ShouldContain("<option value=\"KIDS\" selected");
    }

    [Fact]
    public async Task A_plan_is_shown_before_anything_runs()
    {
        await using var pages = await StartAsync();
        pages.Api.Answers("POST /jobs", Plan, ApiJson.Default.PlanPreview);
        var answer = await pages.PostAsync(Page, ("step", "plan"), ("o.instrument", "WFI"), ("o.overscan", "median"), ("o.commit", "false"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var sent = Sent(pages);
        sent.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        sent.GetProperty("sequence").GetString().ShouldBe("Reduce>Coadd");
        sent.GetProperty("options").GetRawText().ShouldBe("""{"instrument":"WFI"}""");
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("<b>9 tasks</b>, estimated <b>2 min 05 s</b>");
        html.ShouldContain("""<input type="hidden" name="o.instrument" value="WFI" />""");
        html.ShouldContain("chip ccd50");
        html.ShouldContain("7 earlier tasks");
    }

    [Fact]
    public async Task What_was_planned_is_submitted_under_the_name_of_the_plan()
    {
        await using var pages = await StartAsync();
        pages.Api.Answers("POST /jobs", Plan, ApiJson.Default.PlanPreview);
        var plan = await (await pages.PostAsync(Page, ("o.instrument", "WFI"))).Content.ReadAsStringAsync();
        var key = Key().Match(plan).Groups[1].Value;
        pages.Api.Answers("POST /jobs", new JobAccepted(84820, "a dpu", 125), ApiJson.Default.JobAccepted, 201);
        var answer = await pages.PostAsync(Page, ("step", "submit"), ("key", key), ("o.instrument", "WFI"));
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.ToString().ShouldBe("/jobs/84820");
        key.Length.ShouldBe(32);
        pages.Api.Keys[^1].ShouldBe(key);
        Sent(pages).GetProperty("dryRun").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_refusal_stands_at_its_field_and_nothing_that_was_typed_is_lost()
    {
        await using var pages = await StartAsync();
        pages.Api.Refuses("POST /jobs", new Problem("Refused", 422, "Option 'd' must be a date.", "bad-option", [new ProblemItem("bad-option", "Option 'd' must be a date.", "d")]));
        var answer = await pages.PostAsync(Page, ("o.instrument", "WFI"), ("o.date", "yester<day"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("value=\"yester&lt;day\"");
        html.ShouldContain("<span class=\"wrong\">Option &#x27;d&#x27; must be a date.</span>");
        html.ShouldContain("role=\"alert\"");
    }

    [Fact]
    public async Task What_the_form_itself_cannot_be_is_not_asked()
    {
        await using var pages = await StartAsync();
        var answer = await pages.PostAsync(Page, ("o.instrument", "WFI"), ("priority", "high"), ("memory", "-1"), ("after", "84820 soon"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("not &#x27;high&#x27;");
        html.ShouldContain("not &#x27;-1&#x27;");
        html.ShouldContain("&#x27;soon&#x27; is no number of a job");
        pages.Api.Asked.ShouldNotContain("POST /jobs");
    }

    [Fact]
    public async Task Everything_that_can_be_chosen_is_sent()
    {
        await using var pages = await StartAsync("2");
        pages.Api.Answers("POST /jobs", Plan, ApiJson.Default.PlanPreview);
        await pages.PostAsync(
            Page,
            ("o.instrument", "WFI"),
            ("o.overscan", ""),
            ("o.commit", "false"),
            ("o.commit", "true"),
            ("o.pars", "A=1,2\r\nB= x"),
            ("priority", "3"),
            ("memory", "1.5"),
            ("memory-unit", "GiB"),
            ("version", "develop"),
            ("after", "7  8"),
            ("time", "2"),
            ("tags", "night 1\r\nmine, too"),
            ("project", "KIDS"),
            ("privileges", "users"));
        var sent = Sent(pages);
        sent.GetProperty("options").GetRawText().ShouldBe("""{"instrument":"WFI","pars":{"A":"1,2","B":" x"},"commit":true,"overscan":""}""");
        sent.GetProperty("priority").GetInt32().ShouldBe(3);
        sent.GetProperty("memoryBytes").GetInt64().ShouldBe(1536L << 20);
        sent.GetProperty("version").GetString().ShouldBe("develop");
        sent.GetProperty("after").GetRawText().ShouldBe("[7,8]");
        sent.GetProperty("estimatedSeconds").GetDouble().ShouldBe(120);
        sent.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ShouldBe(["night 1", "mine, too"]);
        sent.GetProperty("project").GetString().ShouldBe("KIDS");
        sent.GetProperty("privileges").GetString().ShouldBe("users");
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("none", "[]")]
    [InlineData("mail webhook", """["mail","webhook"]""")]
    public async Task How_one_is_told_is_chosen_among_what_there_is(string chosen, string? sent)
    {
        await using var pages = await StartAsync();
        pages.Api.Answers("GET /notify", new NotifyInfo("jane@example.org", "https://hooks.example.org/x", "failed", ["mail"], [], 0), ApiJson.Default.NotifyInfo);
        pages.Api.Answers("POST /jobs", Plan, ApiJson.Default.PlanPreview);
        var html = await pages.GetAsync(Page);
        html.ShouldContain("as usual: if it did not end well");
        html.ShouldContain("by mail to jane@example.org");
        html.ShouldNotContain("hooks.example.org");
        await pages.PostAsync(Page, ("o.instrument", "WFI"), ("notify", chosen));
        (Sent(pages).TryGetProperty("notify", out var notify) ? notify.GetRawText() : null).ShouldBe(sent);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("2", true)]
    [InlineData("operator", true)]
    public async Task What_one_may_not_choose_is_not_offered(string type, bool isOffered)
    {
        await using var pages = await StartAsync(type);
        (await pages.GetAsync(Page)).Contains("name=\"priority\"", StringComparison.Ordinal).ShouldBe(isOffered);
    }

    [Fact]
    public async Task Who_may_not_run_it_sees_what_it_takes_and_where_to_log_in()
    {
        await using var pages = await StartAsync(null);
        var html = await pages.GetAsync(Page + "?o.instrument=WFI");
        html.ShouldNotContain("id=\"submit-form\"");
        html.ShouldContain("href=\"/login?to=%2Frecipes%2FReduce%253ECoadd%3Fo.instrument%3DWFI\"");
        html.ShouldContain("has to be given");
    }

    [Fact]
    public async Task What_was_written_elsewhere_is_text()
    {
        const string Evil = "\"><script>alert(1)</script>";
        await using var pages = await StartAsync();
        pages.Api.Answers(
            "GET /sequences/Reduce%3ECoadd/options",
            new SequenceOptions("Reduce>Coadd", [new RecipeOptions(Evil, [new RecipeOption("x", null, "string", Text(Evil), false, Evil)])]),
            ApiJson.Default.SequenceOptions);
        pages.Api.Answers("POST /jobs", Plan with { Warnings = [Evil] }, ApiJson.Default.PlanPreview);
        (await pages.GetAsync(Page)).ShouldNotContain("<script>alert");
        (await (await pages.PostAsync(Page, ("o.x", Evil + "!"), ("tags", "</textarea>" + Evil))).Content.ReadAsStringAsync()).ShouldNotContain("<script>alert");
    }

    [Fact]
    public async Task A_chain_is_opened_by_its_name()
    {
        await using var pages = await StartAsync();
        (await pages.Client.GetAsync(new Uri("/recipes?sequence=+Reduce%3ECoadd+", UriKind.Relative))).Headers.Location!.ToString().ShouldBe(Page);
    }

    [Fact]
    public async Task Recipes_are_found_by_what_they_do()
    {
        await using var pages = await StartAsync();
        var html = await pages.GetAsync("/recipes?q=noise");
        html.ShouldContain("href=\"/recipes/ReadNoise\"");
        html.ShouldNotContain("href=\"/recipes/Coadd\"");
        html.ShouldContain("&#x27;gone&#x27; is nowhere");
    }

    [Fact]
    public async Task What_it_took_before_is_a_plot_and_a_table()
    {
        await using var pages = await StartAsync(null);
        var html = await pages.GetAsync(Page);
        pages.Api.Asked.ShouldContain("GET /sequences/Reduce%3ECoadd/history?limit=100");
        html.ShouldContain("Half of the last 3 runs took at most <b>30 s</b>");
        html.ShouldContain("Half took at most <b>0.08</b> times what was estimated");
        Regex.Count(html, "<circle class=\"took\"").ShouldBe(3);
        html.ShouldContain("Job 9 of &lt;i&gt;ann, 2026-03-02 12:00:00 UTC: took 1 min 05 s, estimated 2 min 10 s");
        html.ShouldContain("50% of 3 within half and twice");
    }

    private static PlanPreview Plan => new(
        "Reduce>Coadd",
        125,
        [
            new PlannedStep("Reduce", "Reduce", 8, [new Dictionary<string, string> { ["chip"] = "ccd50" }], 1, 512L << 20, 100, EstimateSamples: 7),
            new PlannedStep("Coadd", "Coadd", 1, [], 2, 1L << 30, 25),
        ],
        []);

    private static async Task<PageHost> StartAsync(string? type = "1")
    {
        var pages = await PageHost.StartAsync();
        pages.Api.Answers("GET /whoami", new WhoAmI(type is null ? null : "jane", type ?? "visitor", ["common", "KIDS"], "common", "project", null, null), ApiJson.Default.WhoAmI);
        RecipeOption[] shared =
        [
            new("instrument", "i", "string", null, true, "instrument, such as WFI"),
            new("date", "d", "date", Text(""), false, "night"),
            new("pars", "p", "map", JsonDocument.Parse("{}").RootElement, false, "process parameters"),
            new("commit", "C", "flag", JsonDocument.Parse("false").RootElement, false, "let later jobs find the results"),
        ];
        pages.Api.Answers(
            "GET /sequences/Reduce%3ECoadd/options",
            new SequenceOptions("Reduce>Coadd", [new RecipeOptions("Reduce", shared), new RecipeOptions("Coadd", [.. shared, new RecipeOption("overscan", "oc", "string", Text("median"), false, "how")])]),
            ApiJson.Default.SequenceOptions);
        pages.Api.Answers<IReadOnlyList<SequenceInfo>>(
            "GET /sequences",
            [new SequenceInfo("Coadd", "Adds frames", true, null), new SequenceInfo("ReadNoise", "Measures", false, "Its program 'gone' is nowhere.")],
            ApiJson.Default.IReadOnlyListSequenceInfo);
        pages.Api.Answers("GET /notify", new NotifyInfo(null, null, "asked", [], [], 0), ApiJson.Default.NotifyInfo);
        var noon = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        pages.Api.Answers(
            "GET /sequences/Reduce%3ECoadd/history",
            new SequenceHistory(
                "Reduce>Coadd",
                [new PastRun(9, "<i>ann", noon.AddDays(1), noon, 65, 130, 4), new PastRun(8, "ann", noon, noon, 10, 130, 4), new PastRun(7, "ann", noon, noon, 30, 0, 4)],
                [new ProgramFigures("Reduce", 40, 2, 3, 4, 1 << 20, 3L << 20, new EstimateQuality("Reduce", 3, 1.1, 0.5))]),
            ApiJson.Default.SequenceHistory);
        return pages;
    }

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, ApiJson.Default.String);

    private static JsonElement Sent(PageHost pages) => JsonDocument.Parse(pages.Api.Bodies[pages.Api.Asked.LastIndexOf("POST /jobs")]).RootElement;

    [GeneratedRegex("name=\"key\" value=\"([0-9a-f]+)\"")]
    private static partial Regex Key();
}
