using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;

namespace Dpu.Pages.Queue;

/// <summary>The first page.</summary>
internal static class QueueVisits
{
    private const int JobsOfAPage = 50;

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var (user, status, before) = (visit.QueryText("user"), visit.QueryText("status"), visit.QueryText("before"));
        var address = new Query("/jobs").With("all", user is null ? "true" : null).With("user", user).With("status", status).With("before", before).With("limit", JobsOfAPage);
        var jobs = await visit.Api.TryGetAsync(address.ToString(), ApiJson.Default.IReadOnlyListJobSummary);
        var totals = await visit.Api.TryGetAsync("/stats", ApiJson.Default.DpuStats);
        var list = jobs.Require();
        var older = jobs.Next is null ? null : new Query("/").With("user", user).With("status", status).With("before", list[^1].JobId).ToString();
        return PageAnswer.Of<QueuePage>(new QueueModel(list, user, status, before, older, totals.Value, visit.Time.GetUtcNow()));
    }
}
