using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Domain.Campaigns;

/// <summary>The last attempt at a unit of a campaign, as the views tell it.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Campaign">Where it belongs.</param>
/// <param name="Status">How it stands.</param>
/// <param name="EndedAt">When it ended, or null.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Sequence">What it ran.</param>
/// <param name="Asked">With what.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Tags">Words on it.</param>
public sealed record CampaignJob(
    JobId Job,
    CampaignUnit Campaign,
    JobStatus Status,
    DateTimeOffset? EndedAt,
    string User,
    string Sequence,
    AskedOptions Asked,
    int Priority,
    ImmutableArray<string> Tags)
{
    /// <summary>Where it belongs; tried again it belongs there, too.</summary>
    public WorkContext Context { get; init; } = WorkContext.Usual;

    /// <summary>Whether it ran code of its user's own.</summary>
    public bool RanOwnCode { get; init; }
}

/// <summary>A submission that a campaign owes now.</summary>
/// <param name="Key">Its idempotency key: however often it is sent, there is one job.</param>
/// <param name="Campaign">Where it belongs.</param>
/// <param name="User">Whose it will be.</param>
/// <param name="Sequence">What it runs.</param>
/// <param name="Asked">With what.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Tags">Words on it.</param>
public sealed record CampaignSubmission(
    string Key,
    CampaignUnit Campaign,
    string User,
    string Sequence,
    AskedOptions Asked,
    int Priority,
    ImmutableArray<string> Tags)
{
    /// <summary>The job that it does once more, with all that came along with it; null for one that is submitted for the first time.</summary>
    public JobId? Again { get; init; }

    /// <summary>Where it will belong.</summary>
    public WorkContext Context { get; init; } = WorkContext.Usual;
}

/// <summary>
/// What a campaign owes at a moment: a function of its declaration and of the last attempt at each unit. Nothing else is remembered
/// anywhere, so a crash forgets nothing, and asking twice gives the same keys.
/// </summary>
public static class CampaignDecider
{
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    /// <summary>Submissions that are due at <paramref name="now"/>, oldest first.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="last">The last attempt at each of its units that may matter: of today's and yesterday's nights, and those that failed lately.</param>
    /// <param name="now">The present time.</param>
    public static ImmutableArray<CampaignSubmission> Due(CampaignPlan plan, ImmutableArray<CampaignJob> last, DateTimeOffset now)
    {
        var submitted = last.Select(job => (job.Campaign.Request, job.Campaign.Unit)).ToHashSet();
        var nightly = OccurrencesDue(plan, now)
            .Select(at => Nightly(plan, at))
            .Where(submission => !submitted.Contains((submission.Campaign.Request, submission.Campaign.Unit)));
        var again = last.Where(job => IsDue(plan, job, now)).OrderBy(job => job.EndedAt).ThenBy(job => job.Job.Value).Select(Again);
        return [.. nightly, .. again];
    }

    /// <summary>How far back jobs matter to <see cref="Due"/>.</summary>
    public static TimeSpan Memory(CampaignPlan plan)
    {
        // A unit of a night that is caught up was submitted at its time at the earliest, and ended after that.
        var nightly = plan.Nightly?.CatchUp + OneDay ?? TimeSpan.Zero;
        var resubmit = plan.Resubmit?.Within ?? TimeSpan.Zero;
        return nightly > resubmit ? nightly : resubmit;
    }

    /// <summary>When something more is due, after <paramref name="now"/>, by the calendar and by what has failed so far; null when nothing will be.</summary>
    /// <param name="plan">The campaign.</param>
    /// <param name="last">As for <see cref="Due"/>.</param>
    /// <param name="now">The moment that <see cref="Due"/> was asked for.</param>
    public static DateTimeOffset? NextAfter(CampaignPlan plan, ImmutableArray<CampaignJob> last, DateTimeOffset now) => last
        .Select(job => AgainAt(plan, job))
        .Append(plan.Nightly?.Calendar.NextFrom(now.AddTicks(1)))
        .Where(at => at > now)
        .Min();

    private static IEnumerable<DateTimeOffset> OccurrencesDue(CampaignPlan plan, DateTimeOffset now)
    {
        if (plan.Nightly is not { } nightly)
        {
            yield break;
        }

        for (var at = nightly.Calendar.NextFrom(now - nightly.CatchUp); at <= now; at = nightly.Calendar.NextFrom(at.Value + OneDay))
        {
            yield return at.Value;
        }
    }

    private static CampaignSubmission Nightly(CampaignPlan plan, DateTimeOffset at)
    {
        var nightly = plan.Nightly!;
        var request = (((at.Year * 100) + at.Month) * 100) + at.Day;
        string Fill(string text) => text
            .Replace(NightlySubmission.Date, Day(at), StringComparison.Ordinal)
            .Replace(NightlySubmission.Night, Day(at - OneDay), StringComparison.Ordinal);
        var unit = new CampaignUnit(plan.Name, request, Fill(nightly.Unit), Attempt: 1);
        return new CampaignSubmission(
            Key(unit), unit, nightly.User, nightly.Sequence, new AskedOptions([.. nightly.Arguments.Select(Fill)], null, null), nightly.Priority, nightly.Tags);
    }

    private static bool IsDue(CampaignPlan plan, CampaignJob job, DateTimeOffset now) =>
        AgainAt(plan, job) <= now && job.EndedAt + plan.Resubmit!.Within > now;

    private static DateTimeOffset? AgainAt(CampaignPlan plan, CampaignJob job) =>
        plan.Resubmit is { } rules && job is { Status: JobStatus.Failed, EndedAt: { } ended } && job.Campaign.Attempt <= rules.TimesMax
            ? ended + rules.After
            : null;

    private static CampaignSubmission Again(CampaignJob job)
    {
        var unit = job.Campaign with { Attempt = job.Campaign.Attempt + 1 };
        return new CampaignSubmission(Key(unit), unit, job.User, job.Sequence, job.Asked, job.Priority, job.Tags)
        {
            Again = job.Job,

            // What code of somebody's own makes is his, also when what it made before was shown to others.
            Context = job.RanOwnCode ? job.Context.ForUserAlone() : job.Context,
        };
    }

    private static string Key(CampaignUnit unit) =>
        string.Create(CultureInfo.InvariantCulture, $"campaign/{unit.Attempt}/{unit.Request}/{unit.Name}/{unit.Unit}");

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
