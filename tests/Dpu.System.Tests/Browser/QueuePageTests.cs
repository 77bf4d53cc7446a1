using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.Client;
using Dpu.System.Tests.Commands;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dpu.System.Tests.Browser;

/// <summary>The queue as somebody sees it who leaves it open.</summary>
[Collection(BrowserTests.Name)]
public sealed class QueuePageTests(Chromium chromium, RealDpu dpu) : IClassFixture<RealDpu>
{
    [FactWithBrowser]
    public async Task A_job_changes_before_ones_eyes_and_new_ones_wait_to_be_asked_for()
    {
        var go = Path.Combine(dpu.Home, "go");
        var job = await ExecAsync("sh", "-c", $"until [ -e {go} ]; do sleep 0.02; done");
        await dpu.UntilRunningAsync(job);
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(dpu.Address.AbsoluteUri);
        var status = window.Page.Locator($"[data-key='job-{job}'] .status");
        await Expect(status).ToHaveTextAsync("RUNNING");
        await Expect(window.Page.Locator($"[data-key='job-{job}'] time")).ToHaveTextAsync(new Regex("^2[0-9]{3}-[0-9]{2}-[0-9]{2} [0-9:]{8}$"));
        await window.Page.EvaluateAsync("window.stillThere = true");

        var later = await ExecAsync("true");
        await Expect(window.Page.Locator("#newer")).ToHaveTextAsync("1 new job");
        await Expect(window.Page.Locator($"[data-key='job-{later}']")).ToHaveCountAsync(0);

        await File.WriteAllTextAsync(go, "");
        await Expect(status).ToHaveTextAsync("FINISHED");
        await Expect(window.Page.Locator($"[data-key='job-{job}'] .figures")).ToHaveTextAsync("1/0/0/0/0");
        (await window.Page.EvaluateAsync<bool>("window.stillThere")).ShouldBeTrue("the page was loaded anew");

        await window.Page.Locator("#newer").ClickAsync();
        await Expect(window.Page.Locator($"[data-key='job-{later}']")).ToHaveCountAsync(1);
        window.Errors.ShouldBeEmpty();
    }

    [FactWithBrowser]
    public async Task The_page_says_that_the_dpu_is_away_and_agrees_with_the_journal_when_it_is_back()
    {
        await using var window = await chromium.OpenAsync();
        await OpenAsync(window);
        var job = await ExecAsync("sleep", "3600");
        await window.Page.GotoAsync(dpu.Address.AbsoluteUri);
        await Expect(window.Page.Locator($"[data-key='job-{job}'] .status")).ToHaveTextAsync("RUNNING");
        await dpu.KillServiceAsync();
        await Expect(window.Page.Locator("#connection")).ToContainTextAsync("lost");

        await dpu.StartAsync("-D", "dpu.node.cpus=4", "-D", "dpu.task.kill-grace=1 s", "-D", "dpu.service.stop-grace=0 s");
        await Expect(window.Page.Locator("#connection")).ToContainTextAsync("Connected again");
        await dpu.Client.CancelAsync(job, force: true, CancellationToken.None);
        await Expect(window.Page.Locator($"[data-key='job-{job}'] .status")).ToHaveTextAsync("CANCELLED");
        foreach (var row in await dpu.Client.GetJobsAsync(new JobQuery { All = true }, CancellationToken.None))
        {
            await Expect(window.Page.Locator($"[data-key='job-{row.JobId}'] .figures")).ToHaveTextAsync(row.Counts.ToString());
        }

        // Whoever runs the service is logged in still, although his token is another one now.
        await Expect(window.Page.Locator(".who .name")).Not.ToHaveTextAsync("visitor");
        await window.Page.ReloadAsync();
        await Expect(window.Page.Locator(".who .name")).Not.ToHaveTextAsync("visitor");
    }

    [FactWithBrowser]
    public async Task Without_a_script_the_queue_is_read_and_filtered_all_the_same()
    {
        var job = await ExecAsync("true");
        await dpu.EndOfAsync(job);
        await using var window = await chromium.OpenAsync(script: false);
        await window.Page.GotoAsync(dpu.Address.AbsoluteUri);
        await Expect(window.Page.Locator($"[data-key='job-{job}'] time")).ToContainTextAsync("UTC");
        await window.Page.Locator("select[name=status]").SelectOptionAsync("FAILED");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(window.Page.Locator($"[data-key='job-{job}']")).ToHaveCountAsync(0);
        window.Page.Url.ShouldContain("status=FAILED");
    }

    [FactWithBrowser]
    public async Task A_visitor_logs_in_by_an_address_and_out_by_a_button()
    {
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(dpu.Address.AbsoluteUri);
        await Expect(window.Page.Locator(".who .name")).ToHaveTextAsync("visitor");
        await OpenAsync(window);
        await Expect(window.Page.Locator(".who .name")).Not.ToHaveTextAsync("visitor");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(window.Page.Locator(".who .name")).ToHaveTextAsync("visitor");
    }

    [FactWithBrowser]
    public async Task Dark_or_light_is_kept()
    {
        await using var window = await chromium.OpenAsync();
        await window.Page.GotoAsync(dpu.Address.AbsoluteUri);
        var light = await GroundAsync(window);
        await window.Page.Locator("[data-theme-switch]").ClickAsync();
        var dark = await GroundAsync(window);
        dark.ShouldNotBe(light);
        await window.Page.ReloadAsync();
        (await GroundAsync(window)).ShouldBe(dark);
    }

    private static Task<string> GroundAsync(Window window) => window.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");

    private async Task OpenAsync(Window window) =>
        await window.Page.GotoAsync((await dpu.RunAsync("open", "--print")).Exits(0).Out.Trim());

    private async Task<int> ExecAsync(params string[] command) =>
        int.Parse((await dpu.RunAsync(["exec", "--", .. command])).Exits(0).Out, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
