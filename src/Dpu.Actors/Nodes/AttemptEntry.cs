using Dpu.Actors.Jobs;
using Dpu.Domain.Execution;
using Dpu.Kernel;

namespace Dpu.Actors.Nodes;

/// <summary>What a Cluster_Manager remembers of an attempt, from its assignment until its outcome is durable.</summary>
internal sealed class AttemptEntry(TaskStart start, IActorRef<JobMessage> job, DateTimeOffset? since)
{
    public TaskStart Start { get; } = start;

    /// <summary>Who wants to know.</summary>
    public IActorRef<JobMessage> Job { get; set; } = job;

    /// <summary>Null while it waits for room.</summary>
    public IActorRef<TaskMessage>? Task { get; set; }

    /// <summary>What the launcher was asked; null before that, and for what was adopted.</summary>
    public LaunchRequest? Request { get; set; }

    /// <summary>Whether the launcher was told to start it.</summary>
    public bool Launched { get; set; }

    public bool EndRequested { get; set; }

    /// <summary>Whether the node's lease has run out since it was told to be started: if its launcher does not have it, it must not get it.</summary>
    public bool IsFenced { get; set; }

    /// <summary>The last piece of its output that its launcher told of.</summary>
    public LauncherEventId? LastOutput { get; set; }

    /// <summary>The launcher's event that told its end.</summary>
    public long? EndSequenceNr { get; set; }

    public Guid? EndIncarnation { get; set; }

    /// <summary>Known once it ended; kept until it is durable.</summary>
    public AttemptOutcome? Outcome { get; set; }

    /// <summary>Whether the outcome has been waiting for its answer for a while.</summary>
    public bool Unanswered { get; set; }

    /// <summary>When the stage began in which it is; null when this life of the service does not know.</summary>
    public DateTimeOffset? Since { get; set; } = since;

    /// <summary>How far its files are.</summary>
    public FilesProgress Files { get; } = new();

    /// <summary>What it does now; null when it has ended, and only its outcome is waited with.</summary>
    public AttemptPhase? Phase => Outcome is null ? new AttemptPhase(Start.Attempt, Stage, Since, Files.Read()) : null;

    private AttemptStage Stage =>
        EndSequenceNr is not null ? AttemptStage.Saving
        : Launched || Request is not null ? AttemptStage.Running
        : Task is null ? AttemptStage.Waiting
        : AttemptStage.StagingIn;

    public bool RunsInLauncher => Launched && EndSequenceNr is null && Outcome is null;
}
