using System.Collections.Immutable;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Jobs;

/// <summary>How a job that has ended is to run again.</summary>
/// <param name="MemoryBytes">Memory of each task that runs again, or null for what its step has.</param>
/// <param name="Set">Options with new values, <c>name=value</c> each.</param>
/// <param name="Recipes">What the options are checked against.</param>
/// <param name="LargestNode">The largest node that is configured: what needs more can never run.</param>
public sealed record RetryRequest(long? MemoryBytes, ImmutableArray<string> Set, RecipeCatalog Recipes, Resources LargestNode)
{
    /// <summary>Whether anything is to be different.</summary>
    public bool Changes => MemoryBytes is not null || !Set.IsEmpty;
}

/// <summary>What of a job runs again.</summary>
/// <param name="Tasks">Which tasks, rising.</param>
/// <param name="Changes">Steps that run in another way.</param>
/// <param name="Steps">The same in numbers, step by step; steps of which nothing runs again are left out.</param>
public sealed record RetryPlan(ImmutableArray<TaskRange> Tasks, ImmutableArray<StepChange> Changes, ImmutableArray<RetryStep> Steps);

/// <summary>How much of a step runs again.</summary>
/// <param name="Name">The step.</param>
/// <param name="Tasks">Its tasks that run again.</param>
/// <param name="Normal">Those among them that had ended normally: what they made is not visible any more.</param>
/// <param name="Of">All its tasks.</param>
/// <param name="MemoryBytes">What each of them is given.</param>
public sealed record RetryStep(string Name, int Tasks, int Normal, int Of, long MemoryBytes);

/// <summary>
/// Which tasks of a job run again: those that did not end normally; with other parameters also all tasks of the steps that know them, and all that
/// depends on these.
/// </summary>
public static class RetryPlanner
{
    /// <summary>The plan, or every reason against it.</summary>
    public static Checked<RetryPlan> Plan(JobState state, RetryRequest asked)
    {
        if (!state.Exists)
        {
            return Refuse("unknown-job", "There is no such job.");
        }

        if (!state.Ended)
        {
            return Refuse("not-ended", $"Job {state.Id} has not ended ({state.Status.ToString().ToUpperInvariant()}): only a job that has ended can run again. Cancel it first.");
        }

        if (asked.MemoryBytes > asked.LargestNode.MemoryBytes)
        {
            return Refuse("too-large", $"A task with {ByteSize.Text(asked.MemoryBytes.Value)} fits on no node: the largest one has {ByteSize.Text(asked.LargestNode.MemoryBytes)}.");
        }

        if (!ChangedParameters.Of(state, asked).TryGet(out var commands, out var errors))
        {
            return new Checked<RetryPlan>.Refused(errors);
        }

        var tasks = TasksOf(state, commands.Keys.ToImmutableArray());
        return tasks.Count == 0 ? Refuse("nothing-to-retry", WhyNothing(state, asked)) : new Checked<RetryPlan>.Accepted(Describe(state, asked, tasks, commands));
    }

    /// <summary>What kind of reason speaks against running this job again, when one does.</summary>
    public static JobRejection ReasonAgainst(JobState state) => state switch
    {
        { Exists: false } => JobRejection.Unknown,
        { Ended: false } => JobRejection.HasNotEnded,
        _ => JobRejection.Invalid,
    };

    private static string WhyNothing(JobState state, RetryRequest asked) => asked.Changes
        ? $"Every task of job {state.Id} ended normally, and other memory changes no result: nothing is left to run again."
        : $"Every task of job {state.Id} ended normally: it runs again only with a change (--set name=value).";

    private static SortedSet<int> TasksOf(JobState state, ImmutableArray<int> changedSteps)
    {
        var tasks = new SortedSet<int>();
        var open = new Stack<int>();
        for (var task = 0; task < state.Cells.Length; task++)
        {
            if (state.Cells[task].State != TaskState.Normal || changedSteps.Contains(state.Plan.StepOf(task)))
            {
                open.Push(task);
            }
        }

        while (open.TryPop(out var task))
        {
            if (tasks.Add(task))
            {
                foreach (var dependent in state.Graph.DependentsOf(task))
                {
                    open.Push(dependent);
                }
            }
        }

        return tasks;
    }

    private static RetryPlan Describe(JobState state, RetryRequest asked, SortedSet<int> tasks, ImmutableSortedDictionary<int, ImmutableArray<StepCommand>> commands)
    {
        var changes = ImmutableArray.CreateBuilder<StepChange>();
        var steps = ImmutableArray.CreateBuilder<RetryStep>();
        for (var index = 0; index < state.Plan.Steps.Length; index++)
        {
            var step = state.Plan.Steps[index];
            var again = tasks.GetViewBetween(step.First, step.First + step.Count - 1);
            if (again.Count == 0)
            {
                continue;
            }

            var memory = asked.MemoryBytes ?? step.Resources.MemoryBytes;
            steps.Add(new RetryStep(step.Name, again.Count, again.Count(task => state.Cells[task].State == TaskState.Normal), step.Count, memory));
            if (memory != step.Resources.MemoryBytes || commands.ContainsKey(index))
            {
                var unchanged = step.Work is StepWork.Groups groups ? groups.Commands : [];
                changes.Add(new StepChange(index, commands.GetValueOrDefault(index, unchanged), memory));
            }
        }

        return new RetryPlan(TaskRangeBuilder.From(tasks), changes.ToImmutable(), steps.ToImmutable());
    }

    private static Checked<RetryPlan>.Refused Refuse(string code, string message) => new([new SubmissionError(code, message)]);
}
