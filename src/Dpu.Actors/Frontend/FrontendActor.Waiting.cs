using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Actors.Frontend;

/// <summary>Jobs that wait for jobs.</summary>
public sealed partial class FrontendActor
{
    /// <summary>What is said of a job that there is not, and by whoever knows who asks of one that is not there for him.</summary>
    public static SubmissionError NoJobToWaitFor(JobId job) => new(SubmissionErrors.UnknownJob, $"There is no job {job} to wait for.", "after");

    /// <summary>Jobs to wait for that do not exist; null when there are none. Whoever knows a number was told it when it was durable, and the views are caught up.</summary>
    private async Task<Checked<PlannedSubmission>?> WhyNotAfterAsync(Submission submission, CancellationToken cancellationToken)
    {
        if (submission.After.IsEmpty)
        {
            return null;
        }

        var known = await views.GetJobsAsync(submission.After, cancellationToken);
        var errors = submission.After
            .Except(known.Select(row => row.Job))
            .Select(NoJobToWaitFor)
            .ToImmutableArray();
        return errors.IsEmpty ? null : new Checked<PlannedSubmission>.Refused(errors);
    }

    /// <summary>Whoever is here has not ended, or says so soon. Whoever is not has ended, and the views tell how.</summary>
    private void LookFor(FrontendMessage.JobWaits waits)
    {
        var here = waits.For.Where(_jobs.ContainsKey).ToImmutableArray();
        _waiters.Add(waits.Job, here);
        var gone = waits.For.RemoveRange(here);
        if (!gone.IsEmpty)
        {
            Context.PipeToSelf(
                stopping => FindAsync(waits.Job, gone, stopping),
                static found => found,
                reason => new FrontendMessage.WaitedForUnknown(waits, reason));
        }
    }

    private async Task<FrontendMessage> FindAsync(JobId job, ImmutableArray<JobId> gone, CancellationToken cancellationToken)
    {
        await views.CaughtUpAsync(cancellationToken);
        var rows = await views.GetJobsAsync(gone, cancellationToken);
        return new FrontendMessage.WaitedForFound(job, [.. rows.Select(row => (row.Job, row.Status))]);
    }

    private void TellOrWait(FrontendMessage.WaitedForFound found)
    {
        var ended = found.Found.Where(other => other.Status is JobStatus.Finished or JobStatus.Failed or JobStatus.Cancelled).ToList();
        foreach (var (prerequisite, status) in ended)
        {
            TellEnd(found.Job, prerequisite, status);
        }

        // Opened again while we looked: it is here now, or has ended once more.
        var open = found.Found.Except(ended).Select(other => other.Job).ToImmutableArray();
        if (!open.IsEmpty)
        {
            LookFor(new FrontendMessage.JobWaits(found.Job, open));
        }
    }

    private void TellEnd(JobId waiter, JobId prerequisite, JobStatus status)
    {
        if (_jobs.TryGetValue(waiter, out var job))
        {
            job.Actor.Tell(new JobMessage.PrerequisiteEnded(new JobCommand.PrerequisiteEnded(prerequisite, status)));
        }
    }
}
