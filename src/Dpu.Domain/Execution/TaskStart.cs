using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;

namespace Dpu.Domain.Execution;

/// <summary>All that a node needs to run one attempt.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Step">The step's name.</param>
/// <param name="Resources">What it holds while it runs.</param>
/// <param name="WallTime">After this time it is ended; null for no limit.</param>
/// <param name="Command">Program and arguments; of a recipe those that are the same for all tasks of its step.</param>
/// <param name="Work">What else there is to it.</param>
public sealed record TaskStart(
    AttemptId Attempt,
    string Step,
    Resources Resources,
    TimeSpan? WallTime,
    ImmutableArray<string> Command,
    TaskWork Work)
{
    /// <summary>Whose job it belongs to.</summary>
    public string User { get; init; } = "";

    /// <inheritdoc cref="JobSpec.Isolated"/>
    public bool Isolated { get; init; }

    /// <summary>What exit codes of its program mean.</summary>
    public ImmutableArray<ExitRule> Exits { get; init; } = [];

    /// <summary>What is looked for in its output.</summary>
    public ImmutableArray<LogPattern> Patterns { get; init; } = [];

    /// <summary>The code of the user's own that it runs with, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShippedCode? Code { get; init; }

    /// <summary>What of the user's settings it finds; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShippedSettings? Settings { get; init; }

    /// <summary>The trace that it belongs to, by its identifier; null when it is not traced.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }

    /// <summary>The version of the recipes that it runs; null for the usual one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Version { get; init; }

    /// <summary>The attempt at <paramref name="task"/> that <paramref name="state"/> holds for the current one.</summary>
    public static TaskStart For(JobState state, int task)
    {
        var step = state.Plan.Steps[state.Plan.StepOf(task)];
        var (command, work) = step.Work switch
        {
            StepWork.Exec exec => (Expand(step, exec, task), TaskWork.Plain),
            StepWork.Groups groups => (groups.Commands[0].Program, Directed(state, step, groups, groups.Tasks[task - step.First])),
            _ => throw new InvalidOperationException($"A step knows no work {step.Work.GetType().Name}."),
        };
        var attempt = new AttemptId(state.Id, task, state.Cells[task].Attempts);
        return new TaskStart(attempt, step.Name, state.ResourcesOf(task), step.WallTime, command, work)
        {
            User = state.Spec!.User,
            Isolated = state.Spec.Isolated,
            Exits = step.Rules.Exits,
            Patterns = step.Rules.Patterns,
            Code = state.Spec?.Code,
            Settings = state.Spec is { Settings.IsEmpty: false } spec ? spec.Settings : null,
            Version = state.Spec?.Version,
            Trace = state.Spec?.Trace?.TraceId,
        };
    }

    private static ImmutableArray<string> Expand(StepPlan step, StepWork.Exec exec, int task) =>
        exec.Lines is { } lines ? Planning.ExecCommand.Expand(exec.Command, lines[task - step.First]) : exec.Command;

    private static TaskWork Directed(JobState state, StepPlan step, StepWork.Groups groups, TaskGroup group)
    {
        var inputs = group.Inputs.ToImmutableSortedDictionary(
            input => input.Key,
            input => input.Value.Select(index => state.Plan.Files[index]).ToImmutableArray(),
            StringComparer.Ordinal);
        foreach (var rule in groups.Inputs.Where(rule => !rule.UpstreamTypes.IsEmpty))
        {
            var upstream = UpstreamFiles.ArrivingAt(rule, group, state).Select(made => new InputFile(made.File.Id, made.File.Path, made.File.Type, made.File.Metadata));
            inputs = inputs.SetItem(rule.Name, inputs.GetValueOrDefault(rule.Name, []).AddRange(upstream));
        }

        return new TaskWork.Directed(step.Recipe ?? step.Name, group.Keys, groups.Commands, inputs, groups.Outputs)
        {
            InputRules = groups.Inputs,
            Campaign = state.Spec?.Campaign,
        };
    }
}

/// <summary>What there is to an attempt beside its command.</summary>
public abstract record TaskWork
{
    private TaskWork()
    {
    }

    /// <summary>A command in its job's directory, without directions and without outputs of its own.</summary>
    public static TaskWork Plain { get; } = new OfCommand();

    /// <summary>See <see cref="Plain"/>.</summary>
    public sealed record OfCommand : TaskWork;

    /// <summary>A recipe in a work directory of its own, with directions in <c>task.json</c>, whose outputs are collected.</summary>
    /// <param name="Recipe">The recipe's name.</param>
    /// <param name="Keys">Values of the <c>divide-by</c> keys.</param>
    /// <param name="Commands">What runs, one after the other; at least one.</param>
    /// <param name="Inputs">Files by input name; a relative path is one in the store.</param>
    /// <param name="Outputs">What the recipe declares that it makes.</param>
    public sealed record Directed(
        string Recipe,
        ImmutableSortedDictionary<string, string> Keys,
        ImmutableArray<StepCommand> Commands,
        ImmutableSortedDictionary<string, ImmutableArray<InputFile>> Inputs,
        ImmutableArray<OutputRule> Outputs) : TaskWork
    {
        /// <summary>How its inputs come into the work directory; those without a rule stay where they are.</summary>
        public ImmutableArray<InputRule> InputRules { get; init; } = [];

        /// <summary>The campaign that the job belongs to, or null.</summary>
        public CampaignUnit? Campaign { get; init; }

        /// <summary>Ids of all inputs, each once.</summary>
        [JsonIgnore]
        public ImmutableArray<string> InputIds => [.. Inputs.Values.SelectMany(files => files).Select(file => file.Id).Distinct(StringComparer.Ordinal)];
    }
}
