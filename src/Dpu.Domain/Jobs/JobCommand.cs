using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Recipes;
using Dpu.Domain.Users;

namespace Dpu.Domain.Jobs;

/// <summary>How an attempt ended, as its node tells it; whether the task is tried again is the job's to decide.</summary>
public sealed record AttemptReport(
    TaskAttempt Attempt,
    FailureCause? Cause,
    string Message,
    AttemptExit? Exit,
    ImmutableArray<string> Used,
    ImmutableArray<OutputFile> Outputs)
{
    /// <summary>What was found in its output.</summary>
    public ImmutableArray<LogFinding> Findings { get; init; } = [];

    /// <summary>Whether another attempt would end the same way, whatever the cause allows: a wrong option.</summary>
    public bool Final { get; init; }

    /// <summary>Why its result waits for a person although it ended normally; null when it does not.</summary>
    public string? Hold { get; init; }

    /// <summary>How long it took to put its files in place; null when that is not known, as for an attempt that was adopted.</summary>
    public double? StagingInSeconds { get; init; }

    /// <summary>How long it took to save what it made; null when there was nothing to save.</summary>
    public double? SavingSeconds { get; init; }
}

/// <summary>Something that a job is asked or told.</summary>
public abstract record JobCommand
{
    private JobCommand()
    {
    }

    /// <summary>Make this job.</summary>
    public sealed record Submit(JobId Job, JobSpec Spec, JobPlan Plan) : JobCommand;

    /// <summary>The scheduler proposes to run these tasks on a node.</summary>
    public sealed record Assign(string Node, Guid Incarnation, ImmutableArray<int> Tasks) : JobCommand;

    /// <summary>A node reports attempts that ended.</summary>
    public sealed record ReportEnds(string Node, ImmutableArray<AttemptReport> Reports) : JobCommand;

    /// <summary>Attempts whose outcome will never be known.</summary>
    public sealed record ReportLost(string Node, ImmutableArray<TaskAttempt> Attempts, string Reason) : JobCommand;

    /// <summary>A user wants it ended; what runs is ended only by force.</summary>
    public sealed record CancelJob(string By, bool Force) : JobCommand;

    /// <summary>A user wants nothing more of it to start until it is released.</summary>
    public sealed record HoldJob(string By, string Reason) : JobCommand;

    /// <summary>A user lets it go on, and takes the results that were held for a person's word.</summary>
    public sealed record ReleaseJob(string By) : JobCommand;

    /// <summary>A user wants it to come earlier or later.</summary>
    public sealed record ChangePriority(string By, int Priority) : JobCommand;

    /// <summary>A user shows it, and what it makes, to others than before.</summary>
    public sealed record ChangeContext(string By, WorkContext Context) : JobCommand;

    /// <summary>A job has ended that this one may wait for.</summary>
    public sealed record PrerequisiteEnded(JobId Prerequisite, JobStatus Status) : JobCommand;

    /// <summary>A user wants a job that has ended to run again, as it was or with a change.</summary>
    /// <param name="By">Who asks.</param>
    /// <param name="Key">The client's own name for the request: the same key reopens nothing twice.</param>
    /// <param name="Asked">What is to be different.</param>
    public sealed record RetryJob(string By, string Key, RetryRequest Asked) : JobCommand;
}

/// <summary>Why a job refuses a command.</summary>
public enum JobRejection
{
    /// <summary>There is no such job.</summary>
    Unknown,

    /// <summary>The job exists, and was made by another submission.</summary>
    AlreadyExists,

    /// <summary>The job has ended.</summary>
    HasEnded,

    /// <summary>Something of it runs: only force ends that.</summary>
    IsRunning,

    /// <summary>The job has not ended.</summary>
    HasNotEnded,

    /// <summary>The job is being cancelled.</summary>
    IsCancelled,

    /// <summary>What was asked makes no sense for it: the errors say why.</summary>
    Invalid,
}

/// <summary>What a job makes of a command.</summary>
public abstract record JobDecision
{
    private JobDecision()
    {
    }

    /// <summary>These events happen. <paramref name="Stale"/> counts what was reported for attempts that no longer matter.</summary>
    public sealed record Accepted(ImmutableArray<JobEvent> Events, int Stale = 0) : JobDecision;

    /// <summary>Nothing is left to do: it happened already, or it no longer matters.</summary>
    public sealed record Ignored(string Reason, int Stale = 0) : JobDecision;

    /// <summary>No, and why.</summary>
    public sealed record Rejected(JobRejection Reason, string Message) : JobDecision
    {
        /// <summary>Each reason by itself, for <see cref="JobRejection.Invalid"/>.</summary>
        public ImmutableArray<SubmissionError> Errors { get; init; } = [];
    }
}
