using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Browser;

/// <summary>Every page that links lead to: it is there, nothing fails or runs in it that should not, and people can use it. A picture of each is kept.</summary>
[Collection(BrowserTests.Name)]
public sealed class EveryPageTests(Chromium chromium, BusyDpu dpu) : IClassFixture<BusyDpu>
{
    private static readonly ColorScheme[] Schemes = [ColorScheme.Light, ColorScheme.Dark];

    [FactWithBrowser]
    public Task On_a_desk_by_day_and_by_night() => LookAsync(1280);

    [FactWithBrowser]
    public Task On_a_telephone_by_day_and_by_night() => LookAsync(390);

    [FactWithBrowser]
    public async Task A_visitor_is_shown_no_error_wherever_links_lead_him()
    {
        await using var window = await chromium.OpenAsync();
        var failed = new List<string>();
        await new Crawl(dpu.Dpu.Address).RunAsync(window.Page, ["/"], (path, _, answer) =>
        {
            // What is not for him says so; nothing fails.
            if (answer.Status is not (200 or 304 or 401 or 403 or 404))
            {
                failed.Add($"{path}: {answer.Status}");
            }

            return Task.CompletedTask;
        });
        failed.ShouldBeEmpty();
    }

    private async Task LookAsync(int width)
    {
        await using var window = await chromium.OpenAsync(width);
        await window.Page.GotoAsync(await dpu.LoginAddressAsync());
        var flaws = new List<string>();
        var starts = new[] { "/", dpu.PageOf(dpu.Reduced), dpu.PageOf(dpu.Hostile), dpu.PageOf(dpu.Running), dpu.PageOf(dpu.Held), dpu.PageOf(dpu.Waiting), dpu.PageOf(dpu.Hostile, "/logs"), "/login", dpu.PageOf(dpu.DangerousOption), dpu.PageOf(dpu.DangerousOption, "/provenance"), $"/files/{Uri.EscapeDataString(dpu.DangerousFile)}" }
            .Select(address => new Uri(dpu.Dpu.Address, address).PathAndQuery);
        var visited = await new Crawl(dpu.Dpu.Address).RunAsync(window.Page, starts, async (path, kind, answer) =>
        {
            if (answer.Status != 200)
            {
                flaws.Add($"{path}: status {answer.Status}");
            }

            foreach (var scheme in Schemes)
            {
                await SwitchAsync(window.Page, scheme);
                flaws.AddRange((await Examination.FlawsAsync(window.Page)).Select(flaw => $"{path}, {scheme}: {flaw}"));
            }

            foreach (var scheme in Schemes)
            {
                // Behind the examination: to take a picture the browser's driver hides carets, inline.
                await SwitchAsync(window.Page, scheme);
                var name = $"{kind}-{width}-{scheme.ToString().ToLowerInvariant()}.png";
                await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Pictures, name), FullPage = true });
            }

            flaws.AddRange(window.Errors.Select(error => $"{path}: {error}"));
            window.Errors.Clear();
            if (await window.Page.EvaluateAsync<bool>("'pwned' in window"))
            {
                flaws.Add($"{path}: what somebody wrote was run");
            }
        });
        flaws.ShouldBeEmpty();
        visited.ShouldBeGreaterThan(8);
    }

    private static Task SwitchAsync(IPage page, ColorScheme scheme) =>
        page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
}
