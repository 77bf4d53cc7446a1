namespace Dpu.Client.Contracts;

/// <summary>One line that a task printed.</summary>
/// <param name="Time">When it was read, UTC.</param>
/// <param name="Stream"><c>out</c> or <c>err</c>.</param>
/// <param name="Source"><c>node.&lt;host&gt;.&lt;recipe&gt;</c>.</param>
/// <param name="Text">The line without its end, as the task wrote it: control characters included.</param>
public sealed record LogLine(DateTimeOffset Time, int JobId, int Task, int Attempt, string Stream, string Source, string Text);
