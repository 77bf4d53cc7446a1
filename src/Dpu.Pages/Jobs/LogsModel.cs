using Dpu.Client.Contracts;
using Dpu.Pages.Asking;

namespace Dpu.Pages.Jobs;

/// <summary>A part of what a job printed.</summary>
/// <param name="Head">The job.</param>
/// <param name="Part">The lines.</param>
/// <param name="Filter">Which of them.</param>
public sealed record LogsModel(JobHead Head, LogPart Part, LogsFilter Filter)
{
    /// <summary>The stream by which it goes on; null when there is no more to come, and where not all lines are shown.</summary>
    public string? Stream => Head.HasEnded || !Part.AtEnd || Filter is not { Text: null, Level: null, Stream: null, Attempt: null }
        ? null
        : new Query($"/api/v1/jobs/{Head.Id}/logs").With("follow", "true").With("task", Filter.Task).With("from", Part.Later).ToString();
}

/// <summary>Which lines are looked at; what is null is any.</summary>
/// <param name="Text">That hold this text.</param>
/// <param name="Level">That matter so much at least.</param>
/// <param name="Stream"><c>out</c> or <c>err</c>.</param>
/// <param name="Task">Of this task.</param>
/// <param name="Attempt">Of this attempt at it.</param>
/// <param name="Before">Before this place.</param>
/// <param name="After">Behind this place.</param>
public sealed record LogsFilter(string? Text, string? Level, string? Stream, string? Task, string? Attempt, string? Before, string? After)
{
    public bool IsAny => this is { Text: null, Level: null, Stream: null, Task: null, Attempt: null };

    internal Query Of(Query query) => query
        .With("text", Text).With("level", Level).With("stream", Stream).With("task", Task).With("attempt", Attempt).With("before", Before).With("after", After);
}
