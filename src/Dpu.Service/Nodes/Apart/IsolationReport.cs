using Dpu.Domain.Jobs;
using Dpu.Service.Configuration;

namespace Dpu.Service.Nodes.Apart;

/// <summary>What <c>dpu doctor</c> says of how users' tasks are kept apart on this host.</summary>
internal static class IsolationReport
{
    private static readonly string[] Programs = ["/usr/bin/setpriv", "/usr/bin/prlimit"];

    /// <summary>Sentences. None of them is a fault: a DPU whose only user is its operator needs nothing of it.</summary>
    public static IEnumerable<string> Of(string dataDirectory, NodeSettings node)
    {
        if (!Ownership.IsRoot)
        {
            return [$"the service does not run as root: tasks of all users run as '{Environment.UserName}', in work directories that they could all read"];
        }

        return WhyRefused(Path.GetFullPath(dataDirectory)) is { } reason
            ? [$"tasks of users are refused, for they would run as root: {reason}"]
            : WhatHolds(node.Isolation, node.Capacity);
    }

    private static string? WhyRefused(string data) =>
        Programs.FirstOrDefault(program => !File.Exists(program)) is { } missing ? $"{missing} is not there; install util-linux"
        : ReachablePath.FlawOf(data) is { } flaw && !flaw.StartsWith(data + " ", StringComparison.Ordinal) ? $"{flaw}; let others pass there, or set dpu.data to a directory such as /var/lib/dpu"
        : ReachablePath.FlawOf(AppContext.BaseDirectory.TrimEnd('/')) is { } programs ? $"{programs}; install the DPU where everybody may read it, such as /opt/dpu"
        : null;

    private static IEnumerable<string> WhatHolds(IsolationSettings isolation, Resources capacity) =>
    [
        $"tasks of users run as Unix users of their own, from number {isolation.FirstUserId} on: no privileges, no other task's files, files up to {ByteSize.Text(isolation.FileBytesMax)}, {isolation.ProcessesMax} processes",
        Confiner.GroupsOf(isolation, capacity).Reason is { } reason
            ? $"no control groups ({reason}): the keeper looks at their memory four times a second, and their cpus are not held"
            : $"control group {isolation.ControlGroup} holds each of them to its cpus, memory and processes",
    ];
}
