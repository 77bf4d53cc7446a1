using Dpu.Client.Contracts;
using Dpu.Kernel;

namespace Dpu.Client.Actors;

/// <summary>What the client actor understands.</summary>
public abstract record ClientMessage;

/// <summary>Submits a sequence; the reply comes when the DPU has committed it, or has refused it.</summary>
public sealed record SubmitJob(JobSubmission Submission, string IdempotencyKey, IActorRef<Reply<JobAccepted>> ReplyTo) : ClientMessage;

/// <summary>Submits commands, like <see cref="SubmitJob"/>.</summary>
public sealed record SubmitExec(ExecSubmission Submission, string IdempotencyKey, IActorRef<Reply<JobAccepted>> ReplyTo) : ClientMessage;

/// <summary>Asks how jobs are.</summary>
public sealed record GetStatus(JobQuery Query, IActorRef<Reply<IReadOnlyList<JobSummary>>> ReplyTo) : ClientMessage;

/// <summary>Cancels a job.</summary>
public sealed record CancelJob(int JobId, bool Force, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Holds a job.</summary>
public sealed record HoldJob(int JobId, string? Reason, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Lets a job go on.</summary>
public sealed record ReleaseJob(int JobId, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Changes a job's priority.</summary>
public sealed record SetPriority(int JobId, int Priority, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Asks what a retry would run again.</summary>
public sealed record PreviewRetry(int JobId, RetryRequest Request, IActorRef<Reply<RetryPlan>> ReplyTo) : ClientMessage;

/// <summary>Runs a job that has ended again.</summary>
public sealed record RetryJob(int JobId, RetryRequest Request, string IdempotencyKey, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Runs the same as a job again, with released code, as a new job.</summary>
public sealed record RerunJob(int JobId, RerunRequest Request, string IdempotencyKey, IActorRef<Reply<JobAccepted>> ReplyTo) : ClientMessage;

/// <summary>Shows a job to others than before.</summary>
public sealed record ShowJobTo(int JobId, ContextRequest Request, IActorRef<Reply<JobSummary>> ReplyTo) : ClientMessage;

/// <summary>Sends <see cref="JobChanged"/> now and at every change to <paramref name="Watcher"/>, and then one <see cref="WatchEnded"/>.</summary>
public sealed record WatchJob(int JobId, IActorRef<WatchMessage> Watcher) : ClientMessage;

/// <summary>What a question came to: the answer, or why there is none.</summary>
public abstract record Reply<T>
{
    private Reply()
    {
    }

    public sealed record Done(T Value) : Reply<T>;

    public sealed record Failed(Exception Reason) : Reply<T>;
}

/// <summary>What a watcher is sent.</summary>
public abstract record WatchMessage(int JobId);

/// <summary>How the job is now.</summary>
public sealed record JobChanged(JobSummary Job) : WatchMessage(Job.JobId);

/// <summary>Nothing more comes: the job has ended (<paramref name="Reason"/> is null), or it cannot be watched any more.</summary>
public sealed record WatchEnded(int JobId, Exception? Reason) : WatchMessage(JobId);
