using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Actors.Jobs;

/// <summary>What a <see cref="JobActor"/> understands.</summary>
public abstract record JobMessage
{
    private JobMessage()
    {
    }

    /// <summary>A new job; answered once it is durable.</summary>
    public sealed record Submit(JobCommand.Submit Command, IActorRef<SubmitReply> ReplyTo) : JobMessage;

    /// <summary>A user wants something done to it; answered once that is durable.</summary>
    public sealed record Control(JobCommand Command, IActorRef<ControlReply> ReplyTo) : JobMessage;

    /// <summary>What a retry would run again; nothing is done.</summary>
    public sealed record PreviewRetry(RetryRequest Asked, IActorRef<RetryPreview> ReplyTo) : JobMessage;

    /// <summary>A job that this one waits for has ended.</summary>
    public sealed record PrerequisiteEnded(JobCommand.PrerequisiteEnded Command) : JobMessage;

    /// <summary>
    /// Say whether it has ended, under this ticket: the frontend sent it something since the end that it was told of, which may have opened it again.
    /// </summary>
    public sealed record AskEnd(long Ticket) : JobMessage;

    /// <summary>The scheduler's proposal, based on what the job announced last as far as the scheduler knew.</summary>
    public sealed record Assign(JobCommand.Assign Command, IActorRef<NodeMessage> Node, long Announcement) : JobMessage;

    /// <summary>Attempts ended or were lost; answered with <see cref="NodeMessage.Settled"/> once that is durable.</summary>
    public sealed record Reported(JobCommand Command, ImmutableArray<AttemptId> Attempts, IActorRef<NodeMessage> Node) : JobMessage;

    /// <summary>A node can be reached: whatever this job believes to run there is to be compared with what does.</summary>
    public sealed record NodeReady(string NodeName, IActorRef<NodeMessage> Node) : JobMessage;

    /// <summary>A node will not come back: whatever this job believes to run there is lost.</summary>
    /// <param name="NodeName">Which.</param>
    /// <param name="Reason">How that is known; for people.</param>
    /// <param name="Node">Its address, if it ever had one in this life of the frontend: it is told that nobody wants these any more.</param>
    public sealed record NodeLost(string NodeName, string Reason, IActorRef<NodeMessage>? Node = null) : JobMessage;

    /// <summary>A node runs attempts of this job and does not know why: they are adopted or disowned.</summary>
    /// <param name="Attempts">Which.</param>
    /// <param name="NodeName">Its name.</param>
    /// <param name="Node">Its root actor.</param>
    /// <param name="OnlyItsOwn">Whether only what was given to a node of this name may be adopted: other hosts are not taken at their word.</param>
    public sealed record Claim(ImmutableArray<AttemptId> Attempts, string NodeName, IActorRef<NodeMessage> Node, bool OnlyItsOwn = false) : JobMessage;

    /// <summary>The frontend sends it nothing more: the last message of a job that has ended.</summary>
    public sealed record Passivate : JobMessage
    {
        public static Passivate Instance { get; } = new();
    }
}

/// <summary>What became of a submission.</summary>
public abstract record SubmitReply
{
    private SubmitReply()
    {
    }

    /// <summary>The job is durable. <paramref name="Again"/>: it was already, by the same key.</summary>
    public sealed record Accepted(JobId Job, double EstimatedSeconds, bool Again) : SubmitReply;

    /// <summary>Nothing was made.</summary>
    public sealed record Refused(SubmitRefusal Reason, ImmutableArray<Domain.Recipes.SubmissionError> Errors) : SubmitReply;
}

/// <summary>Why a submission was refused.</summary>
public enum SubmitRefusal
{
    /// <summary>What was asked cannot be done: the errors say what.</summary>
    Invalid,

    /// <summary>The idempotency key was used for another submission.</summary>
    KeyReused,

    /// <summary>Not now.</summary>
    Unavailable,
}

/// <summary>What became of something that a user wanted done to a job.</summary>
public abstract record ControlReply
{
    private ControlReply()
    {
    }

    /// <summary>It is durable. <paramref name="Again"/>: it was already.</summary>
    public sealed record Done(bool Again = false) : ControlReply;

    public sealed record Refused(JobRejection Reason, string Message, ImmutableArray<Domain.Recipes.SubmissionError> Errors) : ControlReply;
}

/// <summary>What a retry would run again, or why it cannot be.</summary>
public abstract record RetryPreview
{
    private RetryPreview()
    {
    }

    public sealed record Planned(RetryPlan Plan) : RetryPreview;

    public sealed record Refused(JobRejection Reason, string Message, ImmutableArray<Domain.Recipes.SubmissionError> Errors) : RetryPreview;
}
