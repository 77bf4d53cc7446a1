using System.Collections.Immutable;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Scaling;
using Dpu.Kernel;

namespace Dpu.Actors.Scaling;

/// <summary>What the <see cref="ScalingActor"/> understands.</summary>
public abstract record ScalingMessage
{
    private ScalingMessage()
    {
    }

    /// <summary>So many pilots are wanted from now on. Answered once that is durable.</summary>
    /// <param name="Nodes">How many; null for what the queue needs.</param>
    /// <param name="Via">The batch system; null for the one that was named last, or is configured.</param>
    /// <param name="By">Who asks.</param>
    /// <param name="ReplyTo">Who is answered.</param>
    public sealed record SetTarget(int? Nodes, string? Via, string By, IActorRef<ScalingReply> ReplyTo) : ScalingMessage;

    /// <summary>How it is.</summary>
    public sealed record GetStatus(IActorRef<ScalingStatus> ReplyTo) : ScalingMessage;

    internal sealed record Look : ScalingMessage
    {
        public static Look Instance { get; } = new();
    }

    /// <summary>What a look found.</summary>
    internal sealed record Seen(Glance Glance) : ScalingMessage;

    internal sealed record LookFailed(long Number, Exception Reason) : ScalingMessage;

    /// <param name="Name">Which pilot.</param>
    /// <param name="BatchId">What the batch system calls it; null when it did not take it.</param>
    /// <param name="Reason">Why not.</param>
    internal sealed record Submitted(string Name, string? BatchId, Exception? Reason) : ScalingMessage;

    /// <summary>Something that was asked of others on the side is done, or was not.</summary>
    internal sealed record Asked(string What, Exception? Reason) : ScalingMessage;
}

/// <summary>What is seen of the world at one time.</summary>
/// <param name="Number">Which look.</param>
/// <param name="At">When it began.</param>
/// <param name="Jobs">What each batch system showed, by its name.</param>
/// <param name="Troubles">Why a batch system showed nothing, by its name.</param>
/// <param name="Need">The nodes, and what is missing.</param>
/// <param name="Drained">Nodes that are given nothing more.</param>
internal sealed record Glance(
    long Number,
    DateTimeOffset At,
    ImmutableDictionary<string, IReadOnlyList<BatchJob>> Jobs,
    ImmutableDictionary<string, string> Troubles,
    ClusterNeed Need,
    IReadOnlySet<string> Drained);

/// <summary>What became of a new target.</summary>
public abstract record ScalingReply
{
    private ScalingReply()
    {
    }

    public sealed record Done(ScalingStatus Status) : ScalingReply;

    public sealed record Refused(string Message) : ScalingReply;
}

/// <summary>How many pilots there are to be, and those that there are.</summary>
/// <param name="Target">What is asked for; null when nobody ever asked and nothing is configured.</param>
/// <param name="Via">Where new pilots are submitted; null for the same reason.</param>
/// <param name="Policy">The bounds.</param>
/// <param name="Wanted">So many are wanted at the moment.</param>
/// <param name="WaitingTasks">So many tasks wait that pilots could run.</param>
/// <param name="Pilots">All that were ordered and have not ended, by name.</param>
/// <param name="LastFailure">The last thing that went wrong, in a sentence; null when nothing ever did.</param>
/// <param name="Trouble">Why nothing can be done at the moment; null when something can.</param>
/// <param name="WaitsUntil">After failures nothing is submitted before that; null when that is no reason.</param>
public sealed record ScalingStatus(
    ScalingTarget? Target,
    string? Via,
    ScalingPolicy Policy,
    int Wanted,
    long WaitingTasks,
    ImmutableArray<PilotStatus> Pilots,
    string? LastFailure,
    string? Trouble,
    DateTimeOffset? WaitsUntil);

/// <summary>A pilot.</summary>
/// <param name="Name">Its name, which is its node's.</param>
/// <param name="Via">Its batch system.</param>
/// <param name="BatchId">What that calls it; null while that is not known.</param>
/// <param name="Phase">What it is at.</param>
/// <param name="Reason">The batch system's word for why it waits; null when it says none.</param>
/// <param name="EndsAt">When the batch system will end it at the latest; null when that is not known.</param>
/// <param name="Tasks">How many tasks its node has.</param>
public sealed record PilotStatus(string Name, string Via, string? BatchId, PilotPhase Phase, string? Reason, DateTimeOffset? EndsAt, int Tasks);
