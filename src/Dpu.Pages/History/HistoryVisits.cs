using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Parts;
using Dpu.Pages.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Dpu.Pages.History;

/// <summary>The queue at any past moment.</summary>
internal static class HistoryVisits
{
    private const int JobsOfAPage = 50;

    public static async Task<PageAnswer> ShowAsync(Visit visit)
    {
        var (user, unfinished, before) = (visit.QueryText("user"), visit.QueryText("unfinished") == "true", visit.QueryText("before"));
        var at = MomentOf(visit);
        var address = new Query("/history/jobs").With("at", at).With("user", user).With("unfinished", unfinished ? "true" : null).With("before", before).With("limit", JobsOfAPage);
        var reply = await visit.Api.TryGetAsync(address.ToString(), ApiJson.Default.PastQueue);
        var now = visit.Time.GetUtcNow();
        if (reply.Problem is { Status: StatusCodes.Status422UnprocessableEntity } problem)
        {
            return PageAnswer.Of<HistoryPage>(new HistoryModel(null, at, user, unfinished, null, null, problem.Detail, now), problem.Status);
        }

        var queue = reply.Require();
        var older = reply.Next is { } next ? Address(queue.At, user, unfinished, CursorOf(next)) : null;
        return PageAnswer.Of<HistoryPage>(new HistoryModel(queue, at, user, unfinished, before, older, null, now));
    }

    /// <summary>The page at a moment, which stands in the address to the last digit: a job that was submitted just then is there.</summary>
    public static string Address(DateTimeOffset at, string? user, bool unfinished, string? before = null) =>
        new Query("/history").With("at", at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)).With("user", user).With("unfinished", unfinished ? "true" : null).With("before", before).ToString();

    /// <summary>Jobs of one moment need not come by their numbers: behind which the next page begins, only the API knows.</summary>
    private static string CursorOf(string next) => QueryHelpers.ParseQuery(next[next.IndexOf('?', StringComparison.Ordinal)..])["before"].ToString();

    /// <summary>As it was typed, or, from the slider, in seconds since 1970.</summary>
    private static string? MomentOf(Visit visit) =>
        visit.QueryText("slide") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? Durations.Iso(DateTimeOffset.FromUnixTimeSeconds(seconds))
            : visit.QueryText("at");
}
