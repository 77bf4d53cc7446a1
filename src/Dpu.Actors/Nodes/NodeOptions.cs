using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>What a node is and what bounds its tasks.</summary>
/// <param name="Name">Unique in the DPU.</param>
/// <param name="Host">The host's name, for log lines.</param>
/// <param name="Capacity">What its tasks may hold together.</param>
/// <param name="KillGrace">Time between SIGTERM and SIGKILL.</param>
/// <param name="LogHeadBytes">How much of the beginning of an attempt's output is kept.</param>
/// <param name="LogTailBytes">How much of the end of an attempt's output is kept beside that.</param>
/// <param name="EnforceMemory">Whether a task that holds more memory than it asked for is ended.</param>
public sealed record NodeOptions(
    string Name,
    string Host,
    Resources Capacity,
    TimeSpan KillGrace,
    long LogHeadBytes,
    long LogTailBytes,
    bool EnforceMemory)
{
    /// <summary>What steps may ask of their node.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>
    /// How much output the node's service holds that nobody has stored yet. Above it the keeper is left to keep what follows, on its disk: while the way to the store is cut,
    /// memory would be a poor place for it.
    /// </summary>
    public long OutputHeldBytesMax { get; init; } = 32 << 20;

    /// <summary>What bounds the archives that are unpacked for an attempt.</summary>
    public UnpackLimits Unpack { get; init; } = UnpackLimits.Usual;

    /// <summary>What bounds an attempt on this node.</summary>
    public AttemptLimits LimitsOf(TaskStart start) => new(
        start.WallTime,
        EnforceMemory && start.Resources.MemoryBytes > 0 ? start.Resources.MemoryBytes : null,
        KillGrace,
        LogHeadBytes,
        LogTailBytes);
}

/// <summary>How much an archive may hold that is unpacked into a work directory; a small one can hold any amount.</summary>
/// <param name="BytesMax">Bytes, all its files together.</param>
/// <param name="FilesMax">Files, folders and links.</param>
public sealed record UnpackLimits(long BytesMax, int FilesMax)
{
    /// <summary>64 GiB in a million files.</summary>
    public static UnpackLimits Usual { get; } = new(64L << 30, 1_000_000);
}
