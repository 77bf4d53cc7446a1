using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests.Recipes;

/// <summary>Code and settings that come along with a form.</summary>
public sealed class BroughtTests
{
    private const string Page = "/recipes/Noise";

    [Fact]
    public async Task An_archive_is_brought_as_it_is_and_the_submission_names_it()
    {
        await using var pages = await StartAsync("3");
        byte[] zip = [80, 75, 5, 6, .. new byte[18]];
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(zip));
        Takes(pages, sha256);
        var answer = await pages.PostFormAsync(Page, ("step", "plan", null, null), ("code-zip", "tree.zip", zip, null));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        pages.Api.Asked.ShouldContain($"PUT /code/{sha256}");
        pages.Api.Asked.ShouldContain($"GET /sequences/Noise/options?code={sha256}");
        Sent(pages).GetProperty("code").GetProperty("sha256").GetString().ShouldBe(sha256);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain($"""<input type="hidden" name="code" value="{sha256}" />""");
        html.ShouldContain("2 files, 3 KiB, recipes in recipes/a.conf");
    }

    [Fact]
    public async Task A_folder_is_packed_without_its_own_name_and_without_caches()
    {
        await using var pages = await StartAsync("3");
        byte[]? archive = null;
        pages.Api.Takes("PUT /code/", body => archive = body, new CodeInfo(new string('a', 64), 9, 2, 3072, ["recipes/a.conf"]), ApiJson.Default.CodeInfo);
        Takes(pages, new string('a', 64));
        await pages.PostFormAsync(
            Page,
            ("code-folder", "tree/bin/a b, \u00e9.sh", "#!/bin/sh\n"u8.ToArray(), null),
            ("code-folder", "tree/recipes/a.conf", "x"u8.ToArray(), null),
            ("code-folder", "tree/.git/config", "x"u8.ToArray(), null),
            ("code-folder", "tree/__pycache__/a.pyc", "x"u8.ToArray(), null));
        using var zip = new ZipArchive(new MemoryStream(archive!));
        zip.Entries.Select(entry => (entry.FullName, Executable: (entry.ExternalAttributes >> 16 & 0x49) != 0)).ShouldBe([("bin/a b, \u00e9.sh", true), ("recipes/a.conf", false)]);
    }

    [Fact]
    public async Task Two_at_once_are_told_and_nothing_is_brought()
    {
        await using var pages = await StartAsync("3");
        var answer = await pages.PostFormAsync(Page, ("code-zip", "a.zip", [1], null), ("code-folder", "tree/a", [1], null));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("bring one of the two");
    }

    [Fact]
    public async Task What_looks_secret_in_settings_is_never_shown_again()
    {
        await using var pages = await StartAsync("1");
        pages.Api.Answers("POST /settings", new SettingsPreview(new SubmittedSettings(Configuration: "project : KIDS"), "database_password does not go along."), ApiJson.Default.SettingsPreview);
        var answer = await pages.PostFormAsync(Page, ("settings-file", "Environment.cfg", "project : KIDS\ndatabase_password : hunter2"u8.ToArray(), null));
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("database_password does not go along.");
        html.ShouldNotContain("hunter2");
        Sent(pages).GetProperty("settings").GetProperty("configuration").GetString().ShouldBe("project : KIDS");
        html.ShouldNotContain("settings=project");
    }

    [Fact]
    public async Task Neither_settings_nor_code_stand_in_an_address_nor_are_settings_taken_from_one()
    {
        await using var pages = await StartAsync("3");
        var html = await pages.GetAsync(Page + "?settings=evil&code=abc&version=develop");
        html.ShouldContain("href=\"https://other.example.org:8470/recipes/Noise?version=develop\"");
        html.ShouldNotContain("evil");
    }

    [Fact]
    public async Task What_a_version_or_code_is_refused_for_is_said_on_the_form()
    {
        await using var pages = await StartAsync("3");
        pages.Api.Refuses("GET /sequences/Noise/options?version=x", new Problem("Refused", 422, "There is no version 'x' of the recipes.", "unknown-version"));
        var answer = await pages.PostAsync(Page, ("version", "x"), ("p.A", "7"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("There is no version &#x27;x&#x27; of the recipes.");
        html.ShouldContain("name=\"p.A\" value=\"7\"");
    }

    [Fact]
    public async Task Process_parameters_are_given_one_by_one_and_go_into_their_option()
    {
        await using var pages = await StartAsync("1");
        (await pages.GetAsync(Page)).ShouldContain("placeholder=\"3.0\"");
        await pages.PostAsync(Page, ("o.pars", "B=x"), ("p.A", "5, \"6\""));
        Sent(pages).GetProperty("options").GetProperty("pars").GetRawText().ShouldBe("""{"B":"x","A":"5, \u00226\u0022"}""");
        var twice = await pages.PostAsync(Page, ("o.pars", "A=1"), ("p.A", "2"));
        (await twice.Content.ReadAsStringAsync()).ShouldContain("&#x27;A&#x27; is given among the process parameters and here");
    }

    [Fact]
    public async Task Other_ways_to_run_it_take_along_what_is_filled_in()
    {
        await using var pages = await StartAsync("1");
        (await pages.GetAsync(Page + "?o.pars=B%3Dx")).ShouldContain("href=\"/recipes/Noise%3Afast?o.pars=B%3Dx\"");
    }

    [Fact]
    public async Task Code_that_is_brought_to_the_list_shows_what_it_can_run()
    {
        await using var pages = await StartAsync("3");
        var sha256 = Convert.ToHexStringLower(SHA256.HashData([7]));
        Takes(pages, sha256);
        var answer = await pages.PostFormAsync("/recipes", ("code-zip", "tree.zip", [7], null));
        answer.Headers.Location!.ToString().ShouldBe("/recipes?code=" + sha256);
        var html = await pages.GetAsync("/recipes?code=" + sha256);
        pages.Api.Asked.ShouldContain("GET /sequences?code=" + sha256);
        html.ShouldContain($"href=\"/recipes/Noise?code={sha256}\"");
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("2", false)]
    [InlineData("3", true)]
    public async Task Code_is_offered_to_those_who_may_bring_it(string type, bool isOffered)
    {
        await using var pages = await StartAsync(type);
        (await pages.GetAsync(Page)).Contains("name=\"code-zip\"", StringComparison.Ordinal).ShouldBe(isOffered);
        (await pages.GetAsync("/recipes")).Contains("name=\"code-zip\"", StringComparison.Ordinal).ShouldBe(isOffered);
    }

    [Fact]
    public async Task A_form_has_an_end()
    {
        await using var pages = await StartAsync("1");
        var answer = await pages.PostFormAsync(Page, ("settings-file", "x", new byte[(16 << 20) + 1], null));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private static void Takes(PageHost pages, string sha256)
    {
        pages.Api.Answers($"PUT /code/{sha256}", new CodeInfo(sha256, 22, 2, 3072, ["recipes/a.conf"]), ApiJson.Default.CodeInfo, 201);
        pages.Api.Answers($"GET /code/{sha256}", new CodeInfo(sha256, 22, 2, 3072, ["recipes/a.conf"]), ApiJson.Default.CodeInfo);
    }

    private static JsonElement Sent(PageHost pages) => JsonDocument.Parse(pages.Api.Bodies[pages.Api.Asked.LastIndexOf("POST /jobs")]).RootElement;

    private static async Task<PageHost> StartAsync(string type)
    {
        var pages = await PageHost.StartAsync();
        pages.Api.Answers(
            "GET /health", new HealthInfo("a dpu", "1", "embedded", HealthInfo.Ready) { Others = new Dictionary<string, Uri> { ["other"] = new("https://other.example.org:8470") } }, ApiJson.Default.HealthInfo);
        pages.Api.Answers("GET /whoami", new WhoAmI("jane", type, ["common"], "common", "project", null, null), ApiJson.Default.WhoAmI);
        pages.Api.Answers(
            "GET /sequences/Noise/options",
            new SequenceOptions("Noise", [new RecipeOptions("Noise", [new RecipeOption("pars", "p", "map", null, false, "")]) { Parameters = [new RecipeParameter("A", "3.0", "clips")] }]),
            ApiJson.Default.SequenceOptions);
        pages.Api.Answers<IReadOnlyList<SequenceInfo>>("GET /sequences", [new SequenceInfo("Noise", "", true, null) { Variants = ["Noise:fast"] }], ApiJson.Default.IReadOnlyListSequenceInfo);
        pages.Api.Answers("GET /sequences/Noise/history", new SequenceHistory("Noise", [], []), ApiJson.Default.SequenceHistory);
        pages.Api.Refuses("GET /code/abc", new Problem("Not found", 404, "You have brought no such code."));
        pages.Api.Answers("GET /notify", new NotifyInfo(null, null, "asked", [], [], 0), ApiJson.Default.NotifyInfo);
        pages.Api.Answers("POST /jobs", new PlanPreview("Noise", 1, [], []), ApiJson.Default.PlanPreview);
        return pages;
    }
}
