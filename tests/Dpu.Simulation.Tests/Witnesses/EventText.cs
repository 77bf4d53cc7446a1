using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>Events as a line of the story.</summary>
internal static class EventText
{
    public static string Of(JobEvent @event) => @event switch
    {
        JobEvent.Submitted submitted => $"submitted {submitted.Spec.Sequence}, {submitted.Plan.TaskCount} tasks",
        JobEvent.TasksStarted started => $"started on {started.Node} {string.Join(' ', started.Attempts.Select(a => $"{a.Task}/{a.Number}"))}",
        JobEvent.TasksEnded ended => $"ended {string.Join(' ', ended.Ends.Select(e => $"{e.Task}/{e.Number}:{e.Cause?.ToString() ?? "ok"}{(e.Retry ? "+" : "")}"))}",
        JobEvent.AttemptsLost lost => $"lost {string.Join(' ', lost.Attempts.Select(a => $"{a.Task}/{a.Number}"))}: {lost.Reason}",
        JobEvent.TasksAborted aborted => $"aborted {string.Join(' ', aborted.Tasks.Select(r => $"{r.First}-{r.End - 1}"))}",
        JobEvent.CancelRequested cancel => $"cancelled, force: {cancel.Force}",
        JobEvent.TasksReopened reopened => $"opened again {string.Join(' ', reopened.Tasks.Select(r => $"{r.First}-{r.End - 1}"))}, {reopened.Changes.Length} changes",
        JobEvent.PrerequisitesMet met => $"need not wait for {string.Join(' ', met.Jobs)}",
        _ => @event.ToString(),
    };
}
