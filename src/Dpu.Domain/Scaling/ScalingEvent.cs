namespace Dpu.Domain.Scaling;

/// <summary>What happened to the target and to pilots. Names and forms are a storage format.</summary>
public abstract record ScalingEvent
{
    private ScalingEvent()
    {
    }

    /// <summary>Somebody asked for another number of pilots.</summary>
    /// <param name="Nodes">So many; null for what the queue needs.</param>
    /// <param name="Via">The batch system that new ones are submitted to.</param>
    /// <param name="By">Who asked.</param>
    /// <param name="At">When.</param>
    public sealed record TargetSet(int? Nodes, string Via, string By, DateTimeOffset At) : ScalingEvent;

    /// <summary>A pilot is to be submitted. Written before it is, so that none can run that nobody knows of.</summary>
    /// <param name="Name">Its name, which is its node's and a part of its batch job's.</param>
    /// <param name="Via">The batch system.</param>
    /// <param name="At">When.</param>
    public sealed record PilotOrdered(string Name, string Via, DateTimeOffset At) : ScalingEvent;

    /// <summary>The batch system has it.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="BatchId">What the batch system calls it.</param>
    public sealed record PilotSubmitted(string Name, string BatchId) : ScalingEvent;

    /// <summary>Its node was seen in the DPU for the first time.</summary>
    public sealed record PilotJoined(string Name) : ScalingEvent;

    /// <summary>It is to leave: its node is given nothing more, or its job is taken back before there is one.</summary>
    public sealed record PilotDrained(string Name) : ScalingEvent;

    /// <summary>It is no more, or never was.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Failure">What went wrong, in a sentence; null when nothing did.</param>
    /// <param name="At">When that was seen.</param>
    public sealed record PilotEnded(string Name, string? Failure, DateTimeOffset At) : ScalingEvent;
}
