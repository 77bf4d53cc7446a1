namespace Dpu.Domain.Scaling;

/// <summary>What a pilot is at.</summary>
/// <remarks>
/// <code>
/// Ordered ──► Queued ──► Starting ──► Idle ◄──► Busy
///    │           │           │          │         │
///    │           │           │          └──► Draining ──► Drained
///    └───────────┴───────────┴────── (gone) ◄─────┴──────────┘
/// </code>
/// </remarks>
public enum PilotPhase
{
    /// <summary>It is written down that it is to be submitted; whether it was is not known yet.</summary>
    Ordered,

    /// <summary>It waits in the batch system.</summary>
    Queued,

    /// <summary>The batch system runs it; its node has not joined.</summary>
    Starting,

    /// <summary>Its node is up and has nothing to do.</summary>
    Idle,

    /// <summary>Its node has work.</summary>
    Busy,

    /// <summary>Its node is given nothing more, and something still runs there.</summary>
    Draining,

    /// <summary>Its node is given nothing more, and nothing runs there.</summary>
    Drained,
}

/// <summary>A pilot as it looks now.</summary>
/// <param name="Name">Its name, which is its node's.</param>
/// <param name="Phase">What it is at.</param>
/// <param name="Since">When it was ordered (<see cref="PilotPhase.Ordered"/>, <see cref="PilotPhase.Queued"/>, <see cref="PilotPhase.Starting"/>), or since when it has had nothing to do (<see cref="PilotPhase.Idle"/>).</param>
public sealed record PilotView(string Name, PilotPhase Phase, DateTimeOffset Since);

/// <summary>How submissions went lately.</summary>
/// <param name="Failures">So many failed in a row: refused, or ended without having joined.</param>
/// <param name="LastFailureAt">When the last of them failed.</param>
public readonly record struct SubmissionHealth(int Failures, DateTimeOffset LastFailureAt)
{
    public SubmissionHealth Failed(DateTimeOffset now) => new(Failures + 1, now);
}
