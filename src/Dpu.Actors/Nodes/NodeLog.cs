using Dpu.Domain.Jobs;
using Microsoft.Extensions.Logging;

namespace Dpu.Actors.Nodes;

internal static partial class NodeLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Logs could not be stored; they are kept and tried again.")]
    public static partial void LogStoreFailed(ILogger logger, Exception reason);

    [LoggerMessage(3002, LogLevel.Information, "Node {Node} is connected to keeper {Incarnation}; it holds {Count} attempts.")]
    public static partial void Connected(ILogger logger, string node, Guid incarnation, int count);

    [LoggerMessage(3003, LogLevel.Warning, "Node {Node} lost its keeper: {Reason}")]
    public static partial void Disconnected(ILogger logger, string node, string reason);

    [LoggerMessage(3004, LogLevel.Information, "Logs are stored again.")]
    public static partial void LogsStoredAgain(ILogger logger);

    [LoggerMessage(3005, LogLevel.Warning, "The output of attempt {Attempt} was not searched to its end for its recipe's patterns: {Missing}. Its outcome stands. Attempts so far of which this is true: {Count}.")]
    public static partial void SearchFailed(ILogger logger, AttemptId attempt, string missing, long count, Exception? reason);

    [LoggerMessage(3006, LogLevel.Warning, "What the lost attempt {Attempt} had saved in the store cannot be removed; nothing refers to it.")]
    public static partial void DiscardFailed(ILogger logger, AttemptId attempt, Exception reason);

    [LoggerMessage(EventId = 3007, Message = "Node {Node} hears no more from its keeper for now: {Bytes} bytes of output wait here to be stored. Recipes run on, and the keeper keeps what they print and how they end.")]
    public static partial void Paused(ILogger logger, LogLevel level, string node, long bytes);

    [LoggerMessage(3008, LogLevel.Debug, "Node {Node} hears its keeper again.")]
    public static partial void Resumed(ILogger logger, string node);
}
