using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Jobs;

/// <summary>What a job made, and what that was made of.</summary>
internal static class ResultsVisits
{
    private const int FilesOfAPage = 24;
    private const int FilesOfAGraph = 50;

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        var (all, after) = (visit.QueryText("all") == "true", visit.QueryText("after"));
        var address = new Query($"/jobs/{head.Id}/results").With("main", all ? null : "true").With("after", after).With("limit", FilesOfAPage);
        var reply = await visit.Api.TryGetAsync(address.ToString(), ApiJson.Default.IReadOnlyListFileRecord);
        var files = reply.Require();
        var next = reply.Next is null ? null : new Query($"/jobs/{head.Id}/results").With("all", all ? "true" : null).With("after", files[^1].Id).ToString();
        return PageAnswer.Of<ResultsPage>(new ResultsModel(head, files, all, after, next));
    }

    public static async Task<PageAnswer> ProvenanceAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        var graph = await visit.Api.GetAsync($"/jobs/{head.Id}/graph", ApiJson.Default.StepGraph);
        var reply = await visit.Api.TryGetAsync(new Query($"/jobs/{head.Id}/results").With("main", "true").With("limit", FilesOfAGraph).ToString(), ApiJson.Default.IReadOnlyListFileRecord);
        return PageAnswer.Of<ProvenancePage>(new ProvenanceModel(head, graph, reply.Require(), reply.Next is not null));
    }
}
