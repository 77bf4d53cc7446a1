using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;

namespace Dpu.Pages.Statistics;

/// <summary>What was done in a time.</summary>
internal static class StatisticsVisits
{
    private const string UsualSpan = "week";

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var (from, to) = (visit.QueryText("from"), visit.QueryText("to"));
        var span = from is null && to is null ? visit.QueryText("span") ?? UsualSpan : null;
        var begin = from;
        if (span is not null && StatisticsModel.Spans.FirstOrDefault(known => known.Word == span) is { Word: not null } known)
        {
            begin = (visit.Time.GetUtcNow() - known.Length).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }

        var reply = await visit.Api.TryGetAsync(new Query("/statistics").With("from", begin).With("to", to).ToString(), ApiJson.Default.StatisticsReport);
        return reply.Problem is { Status: StatusCodes.Status422UnprocessableEntity } problem
            ? PageAnswer.Of<StatisticsPage>(new StatisticsModel(null, span, from, to, problem.Detail), problem.Status)
            : PageAnswer.Of<StatisticsPage>(new StatisticsModel(reply.Require(), span, from, to, null));
    }
}
