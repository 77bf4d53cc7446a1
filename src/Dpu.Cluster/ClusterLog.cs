using Dpu.Domain.Jobs;
using Microsoft.Extensions.Logging;

namespace Dpu.Cluster;

internal static partial class ClusterLog
{
    [LoggerMessage(6001, LogLevel.Information, "Node {Node} (dpu {Product}) is connected; both speak version {Version} of the protocol.")]
    public static partial void Linked(ILogger logger, string node, string product, int version);

    [LoggerMessage(6002, LogLevel.Warning, "A link of node {Node} is refused: {Reason}")]
    public static partial void Refused(ILogger logger, string node, string reason);

    [LoggerMessage(6003, LogLevel.Information, "Node {Node} on {Host} can be given work: {Cpus} cpus, {MemoryBytes} bytes of memory.")]
    public static partial void Ready(ILogger logger, string node, string host, int cpus, long memoryBytes);

    [LoggerMessage(6004, LogLevel.Warning, "Node {Node} cannot be given work for now: {Reason}")]
    public static partial void NotReady(ILogger logger, string node, string reason);

    [LoggerMessage(6005, LogLevel.Information, "Node {Node} leaves.")]
    public static partial void Left(ILogger logger, string node);

    [LoggerMessage(6006, LogLevel.Warning, "Node {Node} reported attempt {Attempt}, which is not its own now; the report is ignored. Such reports of this node so far: {Count}.")]
    public static partial void ReportRefused(ILogger logger, string node, AttemptId attempt, long count);

    [LoggerMessage(6007, LogLevel.Warning, "Node {Node} sent output of attempt {Attempt}, which was never given to it; it is not stored.")]
    public static partial void LogsRefused(ILogger logger, string node, AttemptId attempt);

    [LoggerMessage(6008, LogLevel.Warning, "The link to the frontend is gone: {Reason} What runs goes on; another link is being made.")]
    public static partial void Unlinked(ILogger logger, string reason);

    [LoggerMessage(6009, LogLevel.Information, "Connected to DPU '{Dpu}' (dpu {Product}).")]
    public static partial void Uplinked(ILogger logger, string dpu, string product);

    [LoggerMessage(6020, LogLevel.Warning, "What node {Node} reported of attempt {Attempt} cannot be, and counts as a failure: {Flaw}.")]
    public static partial void ReportFlawed(ILogger logger, string node, AttemptId attempt, string flaw);

    [LoggerMessage(6021, LogLevel.Warning, "The outputs that node {Node} reported of job {Job} could not be looked at; the node will report them again.")]
    public static partial void CheckFailed(ILogger logger, string node, JobId job, Exception reason);

    [LoggerMessage(6022, LogLevel.Warning, "What node {Node} left in the store for attempt {Attempt} cannot be tidied up; nothing refers to it.")]
    public static partial void CloseFailed(ILogger logger, string node, AttemptId attempt, Exception reason);

    [LoggerMessage(6010, LogLevel.Warning, "Whose attempts they are that node {Node} sends output of cannot be looked up; it is tried again, and the output waits.")]
    public static partial void OwnersUnknown(ILogger logger, string node, Exception reason);
}
