using System.Collections.Immutable;

namespace Dpu.Domain.Campaigns;

/// <summary>What a site has declared of a campaign. A campaign that is only named by submissions needs no declaration.</summary>
/// <param name="Name">Under which name its jobs are submitted.</param>
/// <param name="Nightly">What is submitted by the calendar, or null.</param>
/// <param name="Resubmit">What becomes of its jobs that fail, or null for nothing.</param>
public sealed record CampaignPlan(string Name, NightlySubmission? Nightly, ResubmitRules? Resubmit);

/// <summary>A submission that is made again and again by the calendar.</summary>
/// <param name="Calendar">When.</param>
/// <param name="CatchUp">How late it is still made when the DPU was down, or nothing could be submitted, at its time.</param>
/// <param name="User">Whose jobs they are.</param>
/// <param name="Sequence">What is run.</param>
/// <param name="Arguments">Options as on a command line; <c>{date}</c> and <c>{night}</c> are replaced.</param>
/// <param name="Unit">Name of the unit; the same words are replaced.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Tags">Words on the jobs.</param>
public sealed record NightlySubmission(
    Calendar Calendar,
    TimeSpan CatchUp,
    string User,
    string Sequence,
    ImmutableArray<string> Arguments,
    string Unit,
    int Priority,
    ImmutableArray<string> Tags)
{
    /// <summary>Stands for the day of the submission.</summary>
    public const string Date = "{date}";

    /// <summary>Stands for the day before: the night that ended with it.</summary>
    public const string Night = "{night}";

    /// <summary>All that is replaced.</summary>
    public static ImmutableArray<string> Words { get; } = [Date, Night];
}

/// <summary>When a job of a campaign that ended FAILED is submitted again, as the next attempt at the same unit.</summary>
/// <param name="TimesMax">At most so often for each unit of each request.</param>
/// <param name="After">So long after it failed.</param>
/// <param name="Within">Jobs that failed longer ago are left alone: a new rule does not wake up the past.</param>
public sealed record ResubmitRules(int TimesMax, TimeSpan After, TimeSpan Within);
