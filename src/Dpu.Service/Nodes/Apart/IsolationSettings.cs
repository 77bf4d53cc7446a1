namespace Dpu.Service.Nodes.Apart;

/// <summary>Section <c>dpu.node.isolation</c>.</summary>
/// <param name="FirstUserId">The first number of Unix users that are the DPU's alone.</param>
/// <param name="UserIds">How many of them there are.</param>
/// <param name="FileBytesMax">The largest file that a task may write.</param>
/// <param name="ProcessesMax">How many processes and threads a task may have.</param>
/// <param name="ControlGroup">The name of the DPU's control group; empty for none.</param>
public sealed record IsolationSettings(uint FirstUserId, uint UserIds, long FileBytesMax, int ProcessesMax, string ControlGroup);
