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

    /// <summary>A user wants a job ended.</summary>
    public sealed record Cancel(JobId Job, string By, bool Force, IActorRef<CancelReply> ReplyTo) : FrontendMessage;

    /// <summary>A node runs attempts that it knows nothing of; their jobs adopt or disown them.</summary>
    public sealed record Claim(string NodeName, ImmutableArray<AttemptId> Attempts, IActorRef<NodeMessage> Node) : FrontendMessage;

    /// <summary>Answered when all unfinished jobs have their actors again.</summary>
    public sealed record AwaitReady(IActorRef<FrontendReady> ReplyTo) : FrontendMessage;

    /// <summary>A job has ended: its actor is sent nothing more but its leave.</summary>
    internal sealed record JobEnded(JobId Job) : FrontendMessage;

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
