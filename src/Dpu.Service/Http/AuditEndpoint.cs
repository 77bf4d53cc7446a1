using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Who did what. An operator sees everything; a user what he did, and what was done to what is his.</summary>
internal sealed class AuditEndpoint(ApiServices services)
{
    public const int LimitUsual = 100;
    private const string Before = "before";

    public async Task<IResult> ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!Paging.TryLimit(context, out var limit))
        {
            return Paging.BadLimit(context);
        }

        var cursor = query[Before].ToString();
        if (!long.TryParse(cursor.Length == 0 ? "1" : cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var before) || before < 1)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-cursor", $"'{cursor}' is no line of the audit: each has an 'id', a whole number from 1.");
        }

        await services.FreshenAsync(context.RequestAborted);
        var caller = RequestGuard.CallerOf(context);
        var filter = new AuditFilter(
            query["by"] is [{ } by] ? by : null,
            caller.Has(Right.Operate) ? null : caller.Name,
            query["thing"] is [{ } thing] ? thing : null,
            cursor.Length == 0 ? null : before,
            limit ?? LimitUsual);
        var lines = await services.Readable.GetAuditAsync(filter, context.RequestAborted);
        if (lines.Length == filter.Limit)
        {
            Paging.SayNext(context, Before, lines[^1].Id.ToString(CultureInfo.InvariantCulture));
        }

        return Endpoints.Json<IReadOnlyList<AuditEntry>>(
            [.. lines.Select(line => new AuditEntry(line.Id, line.At, line.Who, line.Action, line.Thing, line.Owner, line.Detail.Length == 0 ? null : line.Detail))],
            ApiJson.Default.IReadOnlyListAuditEntry);
    }
}
