using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>What bounds an attempt while it runs.</summary>
/// <param name="WallTime">After this time its processes are ended; null for no limit.</param>
/// <param name="MemoryBytes">When its process tree holds more than this it is ended; null for no limit.</param>
/// <param name="KillGrace">Time between SIGTERM and SIGKILL.</param>
/// <param name="LogHeadBytes">How much of the beginning of its output is kept (both streams together).</param>
/// <param name="LogTailBytes">How much of the end of its output is kept once the head is full.</param>
public sealed record AttemptLimits(TimeSpan? WallTime, long? MemoryBytes, TimeSpan KillGrace, long LogHeadBytes, long LogTailBytes);

/// <summary>A process to start for one attempt.</summary>
/// <param name="Attempt">Which attempt; a launcher starts each at most once.</param>
/// <param name="Command">The program and its arguments, handed to the kernel as they are: no shell ever sees them.</param>
/// <param name="Environment">The whole environment; nothing is inherited.</param>
/// <param name="WorkDirectory">An absolute path that exists.</param>
/// <param name="Limits">What bounds it.</param>
public sealed record LaunchRequest(
    AttemptId Attempt,
    ImmutableArray<string> Command,
    ImmutableArray<KeyValuePair<string, string>> Environment,
    string WorkDirectory,
    AttemptLimits Limits);
