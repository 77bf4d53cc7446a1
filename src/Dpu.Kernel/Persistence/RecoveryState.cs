namespace Dpu.Kernel.Persistence;

/// <summary>What a persistent actor is at.</summary>
/// <remarks>
/// <code>
/// NotStarted ─► LoadingSnapshot ─► ReplayingEvents ─► Running ◄──► Persisting
///                      │                  │              │             │
///                      └──────────────────┴── Failed ◄───┴─────────────┘   (supervision restarts: a fresh instance, NotStarted)
/// </code>
/// </remarks>
public enum RecoveryState
{
    NotStarted,
    LoadingSnapshot,
    ReplayingEvents,
    Running,
    Persisting,
    Failed,
}
