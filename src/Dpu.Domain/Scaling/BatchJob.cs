namespace Dpu.Domain.Scaling;

/// <summary>What a batch system says of a job.</summary>
public enum BatchState
{
    /// <summary>It waits.</summary>
    Queued,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It will never run as it is: it has to be taken back.</summary>
    Stuck,

    /// <summary>It is being ended; something of it may still run.</summary>
    Ending,

    /// <summary>It is over.</summary>
    Ended,
}

/// <summary>A pilot as its batch system sees it.</summary>
/// <param name="Id">What the batch system calls it.</param>
/// <param name="Name">The name under which it was submitted.</param>
/// <param name="State">What it is at.</param>
/// <param name="Reason">The batch system's own word for why it waits or how it ended; null when it says none.</param>
/// <param name="EndsAt">When it will be ended at the latest; null when that is not known.</param>
public sealed record BatchJob(string Id, string Name, BatchState State, string? Reason, DateTimeOffset? EndsAt);
