using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Kernel;

namespace Dpu.Actors.Frontend;

/// <summary>What the <see cref="FrontendActor"/> understands.</summary>
public abstract record FrontendMessage
{
    private FrontendMessage()
    {
    }

    /// <summary>A submission; answered once it is durable, or refused.</summary>
    public sealed record Submit(Submission Submission, IActorRef<SubmitReply> ReplyTo) : FrontendMessage;

    /// <summary>A user wants something done to a job; answered once it is durable, or refused.</summary>
    public sealed record Control(JobId Job, JobCommand Command, IActorRef<ControlReply> ReplyTo) : FrontendMessage;

    /// <summary>A user wants to know what a retry would run again.</summary>
    public sealed record PreviewRetry(JobId Job, RetryRequest Asked, IActorRef<RetryPreview> ReplyTo) : FrontendMessage;

    /// <summary>A node runs attempts that it knows nothing of; their jobs adopt or disown them.</summary>
    /// <param name="NodeName">Its name.</param>
    /// <param name="Attempts">Which.</param>
    /// <param name="Node">Its root actor.</param>
    /// <param name="OnlyItsOwn">See <see cref="JobMessage.Claim"/>.</param>
    public sealed record Claim(string NodeName, ImmutableArray<AttemptId> Attempts, IActorRef<NodeMessage> Node, bool OnlyItsOwn = false) : FrontendMessage;

    /// <summary>Answered when all unfinished jobs have their actors again.</summary>
    public sealed record AwaitReady(IActorRef<FrontendReady> ReplyTo) : FrontendMessage;

    /// <summary>
    /// A job has ended: its actor is sent nothing more but its leave, unless it was sent something since <paramref name="Ticket"/> that may open it again.
    /// </summary>
    internal sealed record JobEnded(JobId Job, JobStatus Status, long Ticket) : FrontendMessage;

    /// <summary>There is no such job as far as is durable.</summary>
    internal sealed record JobIsNone(JobId Job, long Ticket) : FrontendMessage;

    /// <summary>A job waits for others, and wants to know what became of them.</summary>
    internal sealed record JobWaits(JobId Job, ImmutableArray<JobId> For) : FrontendMessage;

    /// <summary>Where jobs stand for which another one waits.</summary>
    internal sealed record WaitedForFound(JobId Job, ImmutableArray<(JobId Job, JobStatus Status)> Found) : FrontendMessage;

    /// <summary>That could not be read; it is asked again.</summary>
    internal sealed record WaitedForUnknown(JobWaits Asked, Exception Reason) : FrontendMessage;

    internal sealed record Recovered(ImmutableArray<JobId> Unfinished, JobId Last) : FrontendMessage;

    internal sealed record RecoveryFailed(Exception Reason) : FrontendMessage;

    internal sealed record Recover : FrontendMessage
    {
        public static Recover Instance { get; } = new();
    }

    internal sealed record Planned(Submit Asked, string Fingerprint, EarlierJob? Earlier, Checked<PlannedSubmission>? Plan, int UnitAttempts) : FrontendMessage;

    internal sealed record PlanFailed(Submit Asked, Exception Reason) : FrontendMessage;
}

/// <summary>A job that was submitted before under the same key.</summary>
internal sealed record EarlierJob(JobId Job, string Fingerprint, double EstimatedSeconds);

/// <summary>The frontend takes submissions now.</summary>
public sealed record FrontendReady(int RecoveredJobs);
