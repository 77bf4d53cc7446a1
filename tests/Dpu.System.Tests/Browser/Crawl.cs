using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Dpu.System.Tests.Browser;

/// <summary>Goes wherever links lead, on pages of one DPU: each kind of page a few times.</summary>
internal sealed partial class Crawl(Uri address)
{
    private const int OfAKindMax = 2;
    private const int PagesMax = 120;

    private readonly Queue<string> _next = new();
    private readonly HashSet<string> _seen = [];
    private readonly Dictionary<string, int> _kinds = new(StringComparer.Ordinal);

    /// <summary>Visits pages from <paramref name="from"/> on.</summary>
    /// <param name="page">The browser's.</param>
    /// <param name="from">Paths to begin with.</param>
    /// <param name="visit">Called on each page: its path, its kind (without numbers and queries), and the answer.</param>
    public async Task<int> RunAsync(IPage page, IEnumerable<string> from, Func<string, string, IResponse, Task> visit)
    {
        foreach (var path in from)
        {
            Add(path, isWanted: true);
        }

        var visited = 0;
        while (_next.TryDequeue(out var path) && visited++ < PagesMax)
        {
            var answer = await page.GotoAsync(new Uri(address, path).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            await visit(path, KindOf(path), answer!);
            foreach (var link in await page.EvaluateAsync<string[]>("[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location.href).href)"))
            {
                if (new Uri(link) is var target && target.Host == address.Host && target.Port == address.Port)
                {
                    Add(target.PathAndQuery, isWanted: false);
                }
            }
        }

        return visited;
    }

    private void Add(string path, bool isWanted)
    {
        if (path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/open/", StringComparison.Ordinal) || path == "/metrics" || !_seen.Add(path))
        {
            return;
        }

        var kind = KindOf(path);
        if (isWanted || _kinds.GetValueOrDefault(kind) < OfAKindMax)
        {
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + 1;
            _next.Enqueue(path);
        }
    }

    private static string KindOf(string path)
    {
        var parts = path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select((part, depth) => depth == 1 || Numbers().IsMatch(part) ? "x" : part);
        var names = path.Contains('?', StringComparison.Ordinal) ? string.Join('+', path.Split('?')[1].Split('&').Select(pair => pair.Split('=')[0])) : "";
        return string.Join('-', parts) is { Length: > 0 } kind ? names.Length == 0 ? kind : $"{kind}_{names}" : names.Length == 0 ? "queue" : $"queue_{names}";
    }

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Numbers();
}
