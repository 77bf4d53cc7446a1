using Dpu.Client.Contracts;
using Dpu.Pages.Asking;

namespace Dpu.Pages.Jobs;

/// <summary>Tasks of a job, as they were asked for.</summary>
/// <param name="Head">The job.</param>
/// <param name="Tasks">By rising number.</param>
/// <param name="Filter">Which of them.</param>
/// <param name="Next">Where the next page is; null at the end.</param>
public sealed record TasksModel(JobHead Head, IReadOnlyList<TaskDetail> Tasks, TasksFilter Filter, string? Next);

/// <summary>Which tasks are looked at; what is null is any.</summary>
/// <param name="State">Those that stand so.</param>
/// <param name="Step">Those of this step.</param>
/// <param name="Node">Those of which an attempt was given to this node.</param>
/// <param name="Cause">Those whose last attempt ended for this reason.</param>
/// <param name="After">Those behind this one.</param>
public sealed record TasksFilter(string? State, string? Step, string? Node, string? Cause, string? After)
{
    public bool IsAny => this is { State: null, Step: null, Node: null, Cause: null };

    internal Query Of(Query query) => query.With("state", State).With("step", Step).With("node", Node).With("cause", Cause).With("after", After);
}
