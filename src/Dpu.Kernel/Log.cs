using Microsoft.Extensions.Logging;

namespace Dpu.Kernel;

/// <summary>The kernel's own log lines. Event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "{Path} ({Kind}) failed and is restarted after {Delay}")]
    public static partial void Restarting(ILogger logger, ActorPath path, string kind, TimeSpan delay, Exception reason);

    [LoggerMessage(1002, LogLevel.Error, "{Path} ({Kind}) failed after {MaxRestarts} restarts within {Within}; its parent fails with it")]
    public static partial void TooManyRestarts(ILogger logger, ActorPath path, string kind, int maxRestarts, TimeSpan within, Exception reason);

    [LoggerMessage(1003, LogLevel.Error, "{Path} ({Kind}) failed; its parent fails with it")]
    public static partial void Escalating(ILogger logger, ActorPath path, string kind, Exception reason);

    [LoggerMessage(1004, LogLevel.Error, "{Path} ({Kind}) failed and is stopped")]
    public static partial void StoppingAfterFailure(ILogger logger, ActorPath path, string kind, Exception reason);

    [LoggerMessage(1005, LogLevel.Warning, "{Path} ({Kind}) failed while it was to stop")]
    public static partial void FailedWhileStopping(ILogger logger, ActorPath path, string kind, Exception reason);

    [LoggerMessage(1006, LogLevel.Error, "{Path} ({Kind}): {Hook} failed")]
    public static partial void HookFailed(ILogger logger, ActorPath path, string kind, string hook, Exception reason);

    [LoggerMessage(1007, LogLevel.Critical, "A failure of {Path} reached the top: actor system {System} stops")]
    public static partial void SystemFault(ILogger logger, string system, ActorPath path, Exception reason);

    [LoggerMessage(1008, LogLevel.Debug, "Dead letter {Message} to {Recipient}: {Reason}")]
    public static partial void DeadLetter(ILogger logger, ActorPath recipient, string message, DeadLetterReason reason);

    [LoggerMessage(1020, LogLevel.Information, "Shutting down: {Reason}")]
    public static partial void ShuttingDown(ILogger logger, string reason);

    [LoggerMessage(1021, LogLevel.Error, "Shutdown phase {Phase}: {Task} failed; going on")]
    public static partial void ShutdownTaskFailed(ILogger logger, string phase, string task, Exception reason);

    [LoggerMessage(1022, LogLevel.Error, "Shutdown phase {Phase} was not done within {Timeout}: waited for {Tasks}; going on")]
    public static partial void ShutdownPhaseTimedOut(ILogger logger, string phase, TimeSpan timeout, string tasks);

    [LoggerMessage(1023, LogLevel.Error, "Actor system {System} is left with actors that did not stop: {Actors}")]
    public static partial void ActorsLeft(ILogger logger, string system, string actors);

    [LoggerMessage(1030, LogLevel.Warning, "{PersistenceId}: snapshot at event {SequenceNr} failed; the journal alone will do")]
    public static partial void SnapshotFailed(ILogger logger, string persistenceId, long sequenceNr, Exception reason);

    [LoggerMessage(1031, LogLevel.Warning, "{PersistenceId}: the snapshot at event {SequenceNr} holds a {Found}, not a {Expected}; all events are replayed")]
    public static partial void SnapshotIgnored(ILogger logger, string persistenceId, long sequenceNr, string found, string expected);

    [LoggerMessage(1032, LogLevel.Debug, "{PersistenceId} recovered up to event {SequenceNr}")]
    public static partial void Recovered(ILogger logger, string persistenceId, long sequenceNr);
}
