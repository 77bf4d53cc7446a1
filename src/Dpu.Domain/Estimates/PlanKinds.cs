using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Estimates;

/// <summary>
/// Of which kind each task of a plan is. A task's instrument is what its keys say, else what all the files that it reads agree on, else what all
/// the tasks before it agree on; and its chip likewise.
/// </summary>
public sealed class PlanKinds
{
    private const string Instrument = "instrument";
    private const string Chip = "chip";

    private readonly JobPlan _plan;
    private readonly Dictionary<(string Program, bool IsRecipe, string? Instrument, string? Chip), TaskKind> _kinds = [];
    private readonly ImmutableArray<TaskKind[]> _ofSteps;

    public PlanKinds(JobPlan plan)
    {
        _plan = plan;
        var steps = ImmutableArray.CreateBuilder<TaskKind[]>(plan.Steps.Length);
        foreach (var step in plan.Steps)
        {
            steps.Add(step.Work is StepWork.Groups groups
                ? [.. groups.Tasks.Select(group => KindOf(step, group, steps))]
                : [One(step, null, null)]);
        }

        _ofSteps = steps.ToImmutable();
    }

    /// <summary>All kinds that there are in the plan.</summary>
    public IReadOnlyCollection<TaskKind> All => _kinds.Values;

    /// <summary>The kind of a task by its number in the job.</summary>
    public TaskKind Of(int task) => Of(_plan, _ofSteps, task);

    /// <summary>Kinds of a step's tasks with how many tasks are of each.</summary>
    public IEnumerable<(TaskKind Kind, int Tasks)> OfStep(int step) => _plan.Steps[step].Work is StepWork.Groups
        ? _ofSteps[step].CountBy(kind => kind).Select(pair => (pair.Key, pair.Value))
        : [(_ofSteps[step][0], _plan.Steps[step].Count)];

    /// <summary>The recipe of a step's tasks, or the program's name for <c>exec</c>; where several recipes run in one task, all of them.</summary>
    public static string ProgramOf(StepPlan step) => step.Work is StepWork.Groups { Commands.Length: > 1 } shared
        ? string.Join(" + ", shared.Commands.Select(command => command.Recipe))
        : step.Recipe ?? step.Name;

    private static TaskKind Of(JobPlan plan, IReadOnlyList<TaskKind[]> ofSteps, int task)
    {
        var step = plan.StepOf(task);

        // All tasks of an exec step are alike: they share one place.
        return ofSteps[step] is [var only] ? only : ofSteps[step][task - plan.Steps[step].First];
    }

    private TaskKind KindOf(StepPlan step, TaskGroup group, IReadOnlyList<TaskKind[]> before)
    {
        var instrument = Single([group.Keys.GetValueOrDefault(Instrument)]) ?? Agreed(group, Instrument) ?? Agreed(group, before, kind => kind.Instrument);
        var chip = instrument is null ? null : Single([group.Keys.GetValueOrDefault(Chip)]) ?? Agreed(group, Chip) ?? Agreed(group, before, kind => kind.Chip);
        return One(step, instrument, chip);
    }

    private TaskKind One(StepPlan step, string? instrument, string? chip)
    {
        // A million tasks share a handful of them.
        var key = (ProgramOf(step), step.Recipe is not null, instrument, chip);
        if (!_kinds.TryGetValue(key, out var kind))
        {
            _kinds.Add(key, kind = new TaskKind(key.Item1, key.Item2, instrument, chip));
        }

        return kind;
    }

    private string? Agreed(TaskGroup group, string name) => Single(
        group.Inputs.Values.SelectMany(files => files).Select(file => _plan.Files[file].Metadata.GetValueOrDefault(name)?.Text));

    private string? Agreed(TaskGroup group, IReadOnlyList<TaskKind[]> before, Func<TaskKind, string?> value) =>
        Single(group.Upstream.Select(task => value(Of(_plan, before, task))));

    /// <summary>The one value that there is; those who say nothing do not contradict.</summary>
    private static string? Single(IEnumerable<string?> values)
    {
        string? single = null;
        foreach (var value in values)
        {
            if (!string.IsNullOrEmpty(value) && value != (single ??= value))
            {
                return null;
            }
        }

        return single;
    }
}
