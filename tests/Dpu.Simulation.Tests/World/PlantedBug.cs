namespace Dpu.Simulated;

/// <summary>A bug that is put into the world on purpose, at one of its seams, to see that it is found.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>The journal answers before it has written, and loses what it has not when the frontend dies.</summary>
    AcknowledgesBeforeCommit,

    /// <summary>Keepers take no notice of their lease.</summary>
    KeeperIgnoresLease,

    /// <summary>Nodes that are away are given up after fence-after instead of node-timeout.</summary>
    LostAtFence,

    /// <summary>A node's reports are taken for true whoever was given the attempt.</summary>
    TakesReportsOfOthers,

    /// <summary>Lines are forgotten by the keeper although the frontend could not store them.</summary>
    ForgetsLines,
}
