using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Rendering;

/// <summary>One request for a page: who asks, and a way to ask the API for him.</summary>
/// <param name="Http">The request.</param>
/// <param name="Api">The API, asked as he.</param>
/// <param name="Time">The clock.</param>
internal sealed record Visit(HttpContext Http, Asker Api, TimeProvider Time)
{
    private Task<Frame>? _frame;

    /// <summary>What stands around every page; asked for once.</summary>
    public Task<Frame> FrameAsync() => _frame ??= ReadFrameAsync();

    public string? QueryText(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The text in the address. Routing leaves <c>%2F</c> as it is; here a slash is a part of the text, as in the id of a file.</summary>
    public string RouteText(string name) => ((string)Http.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private async Task<Frame> ReadFrameAsync()
    {
        var health = await Api.TryGetAsync("/health", ApiJson.Default.HealthInfo);
        var who = await Api.TryGetAsync("/whoami", ApiJson.Default.WhoAmI);
        return new Frame(health.Value, who.Value, Http.Request.Path + Http.Request.QueryString);
    }
}

/// <summary>What stands around every page.</summary>
/// <param name="Health">The DPU; null when it does not answer.</param>
/// <param name="Who">Who looks; null when that is not known.</param>
/// <param name="Here">The page's own path and query.</param>
public sealed record Frame(HealthInfo? Health, WhoAmI? Who, string Here)
{
    /// <summary>Whether somebody looks who is known by name.</summary>
    public bool IsLoggedIn => Who?.Name is not null;

    public bool IsOperator => Who?.Type == "operator";

    public string Dpu => Health?.Dpu ?? "DPU";
}
