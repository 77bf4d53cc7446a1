using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>An attempt that a job believes to run on the node.</summary>
/// <param name="Start">How it would be started.</param>
/// <param name="Incarnation">The launcher that was there when it was given out.</param>
public sealed record AdoptedTask(TaskStart Start, Guid Incarnation);

/// <summary>What a <see cref="ClusterManagerActor"/> understands.</summary>
public abstract record NodeMessage
{
    private NodeMessage()
    {
    }

    /// <summary>Run these attempts, each as soon as there is room. Known ones are left alone.</summary>
    public sealed record StartTasks(IActorRef<JobMessage> Job, ImmutableArray<TaskStart> Tasks) : NodeMessage;

    /// <summary>A job tells all that it believes to run here; what is unknown here never started, or is lost.</summary>
    public sealed record AdoptTasks(IActorRef<JobMessage> Job, ImmutableArray<AdoptedTask> Tasks) : NodeMessage;

    /// <summary>
    /// What runs here may run until then; comes in its place among what jobs tell, only to nodes whose tasks may be given to others.
    /// </summary>
    /// <param name="Until">See <see cref="IProcessLauncher.Lease"/>.</param>
    /// <param name="Lapsed">Whether the lease before had run out: what was told before and has not been started may run elsewhere by now.</param>
    public sealed record Leased(TimeSpan Until, bool Lapsed) : NodeMessage;

    /// <summary>End these attempts.</summary>
    public sealed record EndTasks(ImmutableArray<AttemptId> Attempts) : NodeMessage;

    /// <summary>Nobody wants these attempts (any more): what runs of them is ended, and whatever they did is forgotten.</summary>
    public sealed record Disown(ImmutableArray<AttemptId> Attempts) : NodeMessage;

    /// <summary>What was reported of these attempts is durable, or no longer matters.</summary>
    public sealed record Settled(ImmutableArray<AttemptId> Attempts) : NodeMessage;

    /// <summary>
    /// While the node drains it begins nothing more: what waits for room, and whatever still comes, is given back. What runs goes on.
    /// </summary>
    public sealed record Drain(bool Drains) : NodeMessage;

    /// <summary>What steps may ask of the node from now on; what runs goes on.</summary>
    public sealed record ChangeTags(ImmutableArray<string> Tags) : NodeMessage;

    /// <summary>Answered as soon as everything that the launcher told is durable and acknowledged.</summary>
    public sealed record AwaitQuiet(IActorRef<NodeQuiet> ReplyTo) : NodeMessage;

    /// <summary>Answered as soon as the node holds nothing of any job: nothing runs, and all that ran is settled.</summary>
    public sealed record AwaitEmpty(IActorRef<NodeEmpty> ReplyTo) : NodeMessage;

    /// <summary>The node has to leave: what waits is given back, what runs is ended, and both run again elsewhere.</summary>
    public sealed record Evict : NodeMessage
    {
        public static Evict Instance { get; } = new();
    }

    /// <summary>Answered when the node has held nothing of any job for so long, without a break.</summary>
    public sealed record AwaitIdle(TimeSpan For, IActorRef<NodeEmpty> ReplyTo) : NodeMessage;

    /// <summary>The node has held nothing for as long as was asked.</summary>
    internal sealed record IdleLongEnough : NodeMessage
    {
        public static IdleLongEnough Instance { get; } = new();
    }

    /// <summary>Events of the launcher.</summary>
    internal sealed record LauncherSaid(IReadOnlyList<LauncherEvent> Events) : NodeMessage;

    /// <summary>A task's actor has everything in place for its process.</summary>
    internal sealed record Launch(LaunchRequest Request) : NodeMessage;

    /// <summary>A task's actor wants its process ended.</summary>
    internal sealed record EndProcess(AttemptId Attempt) : NodeMessage;

    /// <summary>A task's actor knows how its attempt ended.</summary>
    internal sealed record TaskEnded(AttemptId Attempt, AttemptOutcome Outcome) : NodeMessage;

    /// <summary>An attempt's output could not be searched to its end; its outcome stands.</summary>
    internal sealed record SearchFailed(AttemptId Attempt, string Missing, Exception? Reason) : NodeMessage;

    /// <summary>A task's actor died without a word.</summary>
    internal sealed record TaskActorGone(AttemptId Attempt) : NodeMessage;

    /// <summary>The log chunks of these events are durable.</summary>
    internal sealed record LogsStored(ImmutableArray<LauncherEventId> Events, long HeldBytes) : NodeMessage;

    /// <summary>What a lost attempt had saved is gone, or stays because of <paramref name="Failure"/>.</summary>
    internal sealed record Discarded(AttemptId Attempt, Exception? Failure) : NodeMessage;

    /// <summary>Log chunks could not be stored.</summary>
    internal sealed record LogsFailed(IReadOnlyList<LogChunk> Chunks, Exception Reason) : NodeMessage;

    /// <summary>Time to ask for what nobody answered.</summary>
    internal sealed record AskAgain : NodeMessage
    {
        public static AskAgain Instance { get; } = new();
    }

    /// <summary>Time to look what attempts do.</summary>
    internal sealed record LookAtPhases : NodeMessage
    {
        public static LookAtPhases Instance { get; } = new();
    }

    /// <summary>Outcomes have waited long enough for company.</summary>
    internal sealed record TellOutcomes : NodeMessage
    {
        public static TellOutcomes Instance { get; } = new();
    }

    /// <summary>Time to try again.</summary>
    internal sealed record RetryLogs : NodeMessage
    {
        public static RetryLogs Instance { get; } = new();
    }
}

/// <summary>What became of an attempt, as far as its node knows.</summary>
internal abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    public sealed record Ended(AttemptReport Report) : AttemptOutcome;

    public sealed record Lost(string Reason) : AttemptOutcome;
}

/// <summary>A numbered event of a launcher: numbers mean something within an incarnation only.</summary>
internal readonly record struct LauncherEventId(Guid Incarnation, long SequenceNr);

/// <summary>The launcher holds nothing on this node's account but what runs.</summary>
public sealed record NodeQuiet;

/// <summary>The node holds nothing of any job.</summary>
public sealed record NodeEmpty;
