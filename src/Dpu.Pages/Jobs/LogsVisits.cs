using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Jobs;

/// <summary>What a job printed.</summary>
internal static class LogsVisits
{
    private const int LinesOfAPage = 200;

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var head = await JobHead.ReadAsync(visit);
        var filter = new LogsFilter(
            visit.QueryText("text"), visit.QueryText("level"), visit.QueryText("stream"), visit.QueryText("task"), visit.QueryText("attempt"), visit.QueryText("before"), visit.QueryText("after"));
        var address = filter.Of(new Query($"/jobs/{head.Id}/logs/part")).With("limit", LinesOfAPage);
        return PageAnswer.Of<LogsPage>(new LogsModel(head, await visit.Api.GetAsync(address.ToString(), ApiJson.Default.LogPart), filter));
    }
}
