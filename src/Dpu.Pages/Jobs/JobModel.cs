using Dpu.Client.Contracts;

namespace Dpu.Pages.Jobs;

/// <summary>A job at a glance.</summary>
/// <param name="Head">The job.</param>
/// <param name="Why">What keeps it, what went wrong, what is as usual; null when that may not be seen.</param>
/// <param name="Graph">Its steps; null when they may not be seen.</param>
/// <param name="Timeline">What ran when; null when that may not be seen.</param>
/// <param name="Command">The same again; null when that may not be seen.</param>
/// <param name="NotInside">Why only its line in the queue is shown; null when all is.</param>
/// <param name="May">What whoever looks may do to it.</param>
/// <param name="Refusal">Why something that was asked for was not done; null when nothing was.</param>
public sealed record JobModel(
    JobHead Head, JobExplanation? Why, StepGraph? Graph, JobTimeline? Timeline, JobCommandLine? Command, string? NotInside, JobRights May, Problem? Refusal);

/// <summary>What somebody may do to a job; the API refuses the rest all the same.</summary>
/// <param name="Change">Cancel, hold, release, retry, show to others.</param>
/// <param name="Steer">Priorities above the usual, other memory.</param>
/// <param name="Rerun">Run the same as a job of his own.</param>
public sealed record JobRights(bool Change, bool Steer, bool Rerun)
{
    /// <param name="job">Which job.</param>
    /// <param name="who">Who looks; null when nobody knows.</param>
    public static JobRights Of(JobDetail job, WhoAmI? who)
    {
        ArgumentNullException.ThrowIfNull(job);
        var (mine, runs) = (who?.Name is { } name && name == job.User, who?.Type is "1" or "2" or "3" or "operator");
        var operates = who?.Type == "operator";
        return new JobRights(operates || (mine && runs), operates || (mine && who?.Type is "2" or "3"), runs);
    }
}
