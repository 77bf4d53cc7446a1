using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Nodes;

/// <summary>The nodes, and what operators do to one.</summary>
internal static class NodesVisits
{
    private const int TasksOfAPage = 100;

    public static async Task<PageAnswer> ListAsync(Visit visit) =>
        PageAnswer.Of<NodesPage>(new NodesModel(await visit.Api.GetAsync("/nodes", ApiJson.Default.IReadOnlyListNodeInfo), visit.Time.GetUtcNow()));

    public static Task<PageAnswer> ShowAsync(Visit visit) => ShowAsync(visit, refusal: null);

    public static Task<PageAnswer> DrainAsync(Visit visit) => DoAsync(visit, "drain", new DrainRequest(), ApiJson.Default.DrainRequest);

    public static Task<PageAnswer> ResumeAsync(Visit visit) => DoAsync(visit, "resume", new ResumeRequest(), ApiJson.Default.ResumeRequest);

    public static Task<PageAnswer> LostAsync(Visit visit) => DoAsync(visit, "lost", new LostRequest(), ApiJson.Default.LostRequest);

    public static string Address(string node) => $"/nodes/{Uri.EscapeDataString(node)}";

    private static async Task<PageAnswer> DoAsync<TBody>(Visit visit, string what, TBody body, JsonTypeInfo<TBody> type)
    {
        var name = visit.RouteText("name");
        var reply = await visit.Api.PostAsync($"{Address(name)}/{what}", body, type, ApiJson.Default.NodeInfo);
        return reply.Problem is { } problem ? await ShowAsync(visit, problem) : new PageAnswer.SeeOther(Address(name));
    }

    private static async Task<PageAnswer> ShowAsync(Visit visit, Problem? refusal)
    {
        var address = Address(visit.RouteText("name"));
        var node = await visit.Api.GetAsync(address, ApiJson.Default.NodeInfo);
        var tasks = await visit.Api.TryGetAsync($"{address}/tasks?limit={TasksOfAPage}", ApiJson.Default.IReadOnlyListNodeTask);
        var model = new NodeModel(node, tasks.Value ?? [], tasks.Next is not null, refusal is null ? null : refusal.Detail ?? refusal.Title, visit.Time.GetUtcNow());
        return PageAnswer.Of<NodePage>(model, refusal?.Status ?? 200);
    }
}
