using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;

namespace Dpu.Service.Http;

/// <summary>
/// Lists in pieces: at most <c>limit</c> things, and in <c>Link: rel="next"</c> the address of those that follow. A page begins behind a thing, not at a number, so that what comes
/// or goes meanwhile moves nothing.
/// </summary>
internal static class Paging
{
    /// <summary>At most so many are given at once.</summary>
    public const int LimitMax = 10_000;

    public const string Limit = "limit";
    public const string After = "after";

    /// <summary>A page of a list that is at hand as a whole; all of it when no limit is asked for.</summary>
    /// <param name="context">Who asks for which page.</param>
    /// <param name="all">In an order that does not change.</param>
    /// <param name="idOf">What tells one from the others.</param>
    /// <param name="type">The list's form.</param>
    public static IResult Page<T>(HttpContext context, IReadOnlyList<T> all, Func<T, string> idOf, JsonTypeInfo<IReadOnlyList<T>> type)
    {
        if (!TryLimit(context, out var limit))
        {
            return BadLimit(context);
        }

        var begin = 0;
        if (context.Request.Query[After].ToString() is { Length: > 0 } after)
        {
            while (begin < all.Count && idOf(all[begin]) != after)
            {
                begin++;
            }

            if (begin++ == all.Count)
            {
                return BadCursor(after);
            }
        }

        if (limit is not { } many || all.Count - begin <= many)
        {
            return Endpoints.Json(begin == 0 ? all : [.. all.Skip(begin)], type);
        }

        SayNext(context, After, idOf(all[begin + many - 1]));
        return Endpoints.Json<IReadOnlyList<T>>([.. all.Skip(begin).Take(many)], type);
    }

    /// <summary>Says where the next page is: the same address with this cursor.</summary>
    public static void SayNext(HttpContext context, string cursor, string value)
    {
        var query = context.Request.Query.Where(pair => pair.Key != cursor).Append(KeyValuePair.Create(cursor, new StringValues(value)));
        context.Response.Headers.Append("Link", $"<{context.Request.PathBase}{context.Request.Path.ToUriComponent()}{new QueryBuilder(query)}>; rel=\"next\"");
    }

    /// <summary>How many are asked for; null when that was not said. More than can be given is no error: the list ends earlier, as it may anyhow.</summary>
    public static bool TryLimit(HttpContext context, out int? limit)
    {
        limit = null;
        var text = context.Request.Query[Limit].ToString();
        if (text.Length == 0)
        {
            return true;
        }

        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0;
        limit = Math.Min(asked, LimitMax);
        return isNumber;
    }

    public static ProblemResult BadCursor(string cursor) => ProblemResult.Because(
        StatusCodes.Status422UnprocessableEntity, "bad-cursor", $"'{cursor}' is not in this list: ask for its first page again, or follow the Link of an answer.");

    public static ProblemResult BadLimit(HttpContext context) => ProblemResult.Because(
        StatusCodes.Status400BadRequest, "bad-limit", $"'{context.Request.Query[Limit]}' is no limit: it is a whole number from 1 to {LimitMax}.");
}
