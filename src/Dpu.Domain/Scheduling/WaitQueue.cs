using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>What tells waiting tasks of one step apart: needs of their own, and the place of their data or their host.</summary>
/// <param name="MemoryBytes">What each holds.</param>
/// <param name="Host">The only node for them, or null.</param>
/// <param name="Avoid">Nodes that failed them.</param>
/// <param name="Near">The node that has their data, while they wait for it; null otherwise.</param>
/// <param name="NearUntil">Until when they wait for it.</param>
internal readonly record struct QueueKey(long MemoryBytes, string? Host, NameSet Avoid, string? Near, DateTimeOffset NearUntil);

/// <summary>Waiting tasks of one step that are alike.</summary>
internal sealed class WaitQueue(KnownStep step, QueueKey key, int serial)
{
    public KnownStep Step { get; } = step;

    public KnownJob Job => Step.Job;

    public QueueKey Key { get; } = key;

    public Resources Need { get; } = step.Need.Resources with { MemoryBytes = key.MemoryBytes };

    public TaskQueue Tasks { get; } = new();

    /// <summary>The class that it stands in; null while it is empty or its step runs as often as it may.</summary>
    public UserLine? Line { get; set; }

    /// <summary>It is empty, or its job is known no more: it will not be filled again.</summary>
    public bool Gone { get; set; }

    /// <summary>Room that is kept for its first task.</summary>
    public KeptRoom? Kept { get; set; }

    public int Priority => Job.Priority;

    /// <summary>The order within a user: older jobs first; within a job later steps, so that what is half done is finished before more is begun.</summary>
    public static int Compare(WaitQueue a, WaitQueue b)
    {
        var byAge = a.Job.SubmittedAt.CompareTo(b.Job.SubmittedAt);
        var byJob = byAge != 0 ? byAge : a.Job.Id.Value.CompareTo(b.Job.Id.Value);
        var byStep = byJob != 0 ? byJob : b.Step.Index.CompareTo(a.Step.Index);
        return byStep != 0 ? byStep : a.Serial.CompareTo(b.Serial);
    }

    /// <summary>Order of creation within the step: queues of one step differ in it.</summary>
    private int Serial { get; } = serial;
}
