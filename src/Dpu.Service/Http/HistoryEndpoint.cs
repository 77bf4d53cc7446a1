using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>The queue at any past moment.</summary>
internal sealed class HistoryEndpoint(ApiServices services)
{
    public const int LimitUsual = 100;
    private const string Before = "before";

    public async Task<IResult> ReadAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!TimeText.TryParse(query["at"], services.System.Time.GetUtcNow(), out var at))
        {
            return TimeText.Bad(query["at"]);
        }

        if (!Paging.TryLimit(context, out var limit))
        {
            return Paging.BadLimit(context);
        }

        var (before, text) = (default(JobId?), query[Before].ToString());
        if (text.Length > 0)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-cursor", $"'{text}' is no job's number.");
            }

            before = new JobId(number);
        }

        await services.FreshenAsync(context.RequestAborted);
        var user = query["user"].ToString() is { Length: > 0 } named ? named : null;
        var filter = new MomentFilter(at, user, query["unfinished"] == "true", before, limit ?? LimitUsual);
        var moment = await services.VisibleTo(context).Queue.GetMomentAsync(filter, context.RequestAborted);
        if (moment.Jobs.Length == filter.Limit && moment.Last is { } last)
        {
            Paging.SayNext(context, Before, last.ToString());
        }

        return Endpoints.Json(
            new PastQueue(at, [.. moment.Jobs.Select(ApiMapping.Summary)], moment.Submitted, moment.Unfinished, moment.Earlier, moment.Later, moment.First), ApiJson.Default.PastQueue);
    }
}
