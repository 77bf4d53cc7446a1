using System.Text.RegularExpressions;
using Dpu.Client.Contracts;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dpu.System.Tests.Browser;

/// <summary>What people do on pages, from the first click to the picture; and what they are refused.</summary>
[Collection(BrowserTests.Name)]
public sealed partial class WorkTests(Chromium chromium, BusyDpu dpu) : IClassFixture<BusyDpu>
{
    private const string Password = "correct horse battery staple";

    [FactWithBrowser]
    public async Task A_recipe_is_submitted_by_its_form_and_watched_to_its_picture()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await page.GotoAsync(await dpu.LoginAddressAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Recipes", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Bias", Exact = true }).First.ClickAsync();
        await page.Locator("[name='o.instrument']").FillAsync("WFI");
        await page.Locator("#show-plan").ClickAsync();
        await Expect(page.Locator("#plan")).ToContainTextAsync("2");
        await page.Locator("#submit").ClickAsync();
        await Expect(page).ToHaveURLAsync(Job());
        await page.EvaluateAsync("window.stillThere = true");
        await Expect(page.Locator("#job-head .status").First).ToHaveTextAsync("FINISHED");
        await Expect(page.Locator("#job-head .figures")).ToHaveTextAsync("2/0/0/0/0");
        (await page.EvaluateAsync<bool>("window.stillThere")).ShouldBeTrue("the page was loaded anew");

        await page.GetByRole(AriaRole.Link, new() { Name = "Logs", Exact = true }).ClickAsync();
        await Expect(page.Locator("#log")).ToContainTextAsync("bias", new() { IgnoreCase = true });
        await page.GetByRole(AriaRole.Link, new() { Name = "Results", Exact = true }).ClickAsync();
        var picture = page.Locator("#products img").First;
        await picture.ScrollIntoViewIfNeededAsync();
        await Expect(picture).ToHaveJSPropertyAsync("complete", true);
        (await picture.EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(10);
        window.Errors.ShouldBeEmpty();
    }

    [FactWithBrowser]
    public async Task A_wrong_value_is_told_at_its_field_and_nothing_is_lost()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await page.GotoAsync(await dpu.LoginAddressAsync());
        await page.GotoAsync(new Uri(dpu.Dpu.Address, "/recipes/Bias").AbsoluteUri);
        await page.Locator("[name='o.instrument']").FillAsync("WFY");
        await page.Locator("[name='o.chip']").FillAsync("a, \"b\" <c>");
        await page.Locator("#show-plan").ClickAsync();
        await Expect(page.Locator("#refusal")).ToBeVisibleAsync();
        await Expect(page.Locator("[name='o.instrument']")).ToHaveValueAsync("WFY");
        await Expect(page.Locator("[name='o.chip']")).ToHaveValueAsync("a, \"b\" <c>");
        await Expect(page.Locator("#submit")).ToHaveCountAsync(0);
    }

    [FactWithBrowser]
    public async Task A_log_is_read_while_it_is_written()
    {
        var go = Path.Combine(dpu.Dpu.Home, "go-on");
        var job = await dpu.ExecAsync(new ExecSubmission(["sh", "-c", $"echo first line; until [ -e {go} ]; do sleep 0.02; done; echo '<b>second</b> line'"]));
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(await dpu.LoginAddressAsync());
        await window.Page.GotoAsync(dpu.PageOf(job, "/logs"));
        await Expect(window.Page.Locator("#log")).ToContainTextAsync("first line");
        await File.WriteAllTextAsync(go, "");
        await Expect(window.Page.Locator("#log")).ToContainTextAsync("<b>second</b> line");
    }

    [FactWithBrowser]
    public async Task A_job_that_runs_is_cancelled_by_a_button()
    {
        var job = await dpu.ExecAsync(new ExecSubmission(["sleep", "3600"]));
        await dpu.Dpu.UntilRunningAsync(job);
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(await dpu.LoginAddressAsync());
        await window.Page.GotoAsync(dpu.PageOf(job));
        await window.Page.Locator("summary", new() { HasText = "Cancel" }).ClickAsync();
        await window.Page.Locator("#cancel").ClickAsync();
        await Expect(window.Page.Locator("#job-head .status").First).ToHaveTextAsync("CANCELLED");
        (await dpu.Dpu.EndOfAsync(job)).Status.ShouldBe("CANCELLED");
    }

    [FactWithBrowser]
    public async Task Who_may_less_is_shown_less_and_refused_all_the_same()
    {
        (await dpu.Dpu.RunAsync("user", "add", "jane", "--type", "1")).Exits(0);
        (await dpu.Dpu.RunWithInputAsync(Password + "\n", "user", "password", "jane")).Exits(0);
        var secret = await dpu.ExecAsync(new ExecSubmission(["echo", "mine alone"]) { Privileges = "mydb" });
        await dpu.Dpu.EndOfAsync(secret);

        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await page.GotoAsync(new Uri(dpu.Dpu.Address, "/login").AbsoluteUri);
        await page.Locator("[name=user]").FillAsync("jane");
        await page.Locator("[name=password]").FillAsync(Password);
        await page.Locator("main button").ClickAsync();
        await Expect(page.Locator(".who .name")).ToHaveTextAsync("jane");
        await Expect(page.Locator($"[data-key='job-{secret}']")).ToHaveCountAsync(0);
        foreach (var part in new[] { "", "/logs", "/tasks", "/results" })
        {
            (await page.GotoAsync(dpu.PageOf(secret, part)))!.Status.ShouldBe(404, part);
        }

        await page.GotoAsync(dpu.PageOf(dpu.Running));
        await Expect(page.Locator("#cancel")).ToHaveCountAsync(0);
        await page.GotoAsync(new Uri(dpu.Dpu.Address, "/nodes").AbsoluteUri);
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = Drain() })).ToHaveCountAsync(0);

        // What no button offers, tried by hand.
        (await StatusOfAsync(page, $"/api/v1/jobs/{dpu.Running}/cancel", """{"force":true}""")).ShouldBe(403);
        (await StatusOfAsync(page, "/api/v1/reload", "{}")).ShouldBe(403);
        (await StatusOfAsync(page, "/api/v1/exec", """{"command":["id"]}""")).ShouldBe(403);
        (await dpu.Dpu.Client.GetJobAsync(dpu.Running, tasks: false, CancellationToken.None)).Status.ShouldBe("RUNNING");
    }

    private static Task<int> StatusOfAsync(IPage page, string address, string body) => page.EvaluateAsync<int>(
        "async ([address, body]) => (await fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status", new[] { address, body });

    [GeneratedRegex("/jobs/[0-9]+$")]
    private static partial Regex Job();

    [GeneratedRegex("drain", RegexOptions.IgnoreCase)]
    private static partial Regex Drain();
}
