using Dpu.System.Tests.Processes;
using Microsoft.Playwright;
using Xunit;

namespace Dpu.System.Tests.Browser;

/// <summary>A real browser, the distribution's. Each test gets a window of its own, which keeps nothing.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Pictures of pages, for people to look at.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("DPU_PAGE_PICTURES") is { Length: > 0 } folder ? folder : Path.Combine(Programs.Root, "artifacts", "pages")).FullName;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            // Tests that need it are skipped by name.
            return;
        }

        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            // Root has no sandbox of his own to give away, and the pages are ours.
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A window.</summary>
    /// <param name="width">Its width in pixels of the page.</param>
    /// <param name="script">Whether scripts run in it.</param>
    public async Task<Window> OpenAsync(int width = 1280, bool script = true)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            JavaScriptEnabled = script,
            TimezoneId = "Pacific/Honolulu",
            Locale = "en-GB",
        });
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return new Window(context, await context.NewPageAsync());
    }
}

/// <summary>A window with one page, and everything that went wrong in it.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Errors.Add(message.Text);
            }
        };
        page.Dialog += async (_, dialog) =>
        {
            Errors.Add($"a dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>What scripts threw, what the content policy refused, and dialogs that something opened.</summary>
    public List<string> Errors { get; } = [];

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
