using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Builds a plan step by step.</summary>
internal sealed class PlanBuilder(PlanRequest request)
{
    private readonly FileTable _files = new();
    private readonly PlanErrors _errors = new();
    private readonly ImmutableArray<StepPlan>.Builder _steps = ImmutableArray.CreateBuilder<StepPlan>();
    private readonly ImmutableArray<double>.Builder _seconds = ImmutableArray.CreateBuilder<double>();
    private int _taskCount;

    public Checked<PlannedJob> Build()
    {
        CheckChain();
        var groupMaker = new GroupMaker(request, _errors);
        var groups = _errors.Any ? [] : groupMaker.First();
        for (var step = 0; step < request.Sequence.Steps.Length && !groups.IsEmpty; step++)
        {
            groups = step == 0 ? groups : groupMaker.Next(step, groups, _taskCount);
            AddStep(step, groups);
        }

        return _errors.Any
            ? new Checked<PlannedJob>.Refused(_errors.ToImmutable())
            : new Checked<PlannedJob>.Accepted(new PlannedJob(new JobPlan(_files.Files, _steps.ToImmutable()), _seconds.ToImmutable()));
    }

    private Recipe RecipeOf(int step) => request.Sequence.Steps[step].Recipe;

    /// <summary>Each recipe must make something that the next one reads; a recipe without inputs just runs after the one before.</summary>
    private void CheckChain()
    {
        for (var step = 1; step < request.Sequence.Steps.Length; step++)
        {
            var (before, recipe) = (RecipeOf(step - 1), RecipeOf(step));
            if (recipe.DividedInput is { } input && !input.Types.Any(before.Makes))
            {
                var made = Wording.And([.. before.Outputs.Select(output => output.Type).Distinct(StringComparer.Ordinal)]);
                _errors.Add("chain", SubmissionErrors.CannotChain, $"{recipe.Name} cannot follow {before.Name}: it reads {Wording.Or(input.Types)}, but {before.Name} makes {made}.");
            }
        }
    }

    private void AddStep(int index, ImmutableArray<PlannedGroup> groups)
    {
        var (step, options) = (request.Sequence.Steps[index], request.Options.Steps[index]);
        var recipe = step.Recipe;
        var matchers = recipe.MatchedInputs.Select(input => new InputMatcher(recipe, input, request.CandidatesOf(index, input), request.Catalog, _errors)).ToImmutableArray();
        var work = new StepWork.Groups(
            [new StepCommand(step.Name, recipe.Name, recipe.Command.AddRange(options.Arguments), [], [], options.Parameters)],
            [.. recipe.Inputs.Select(input => InputRule.InPlace(input.Name, index > 0 && input == recipe.DividedInput ? input.Types : []))],
            recipe.Outputs,
            [.. groups.Select(group => Task(recipe, group, matchers))]);
        var resources = request.MemoryBytes is { } bytes ? recipe.Resources with { MemoryBytes = bytes } : recipe.Resources;
        _steps.Add(new StepPlan(step.Name, recipe.Name, _taskCount, groups.Length, resources, recipe.WallTime, work) { Rules = recipe.Rules });
        _seconds.Add(recipe.ExpectedTime.TotalSeconds * Rounds(groups.Length, resources.Cpus));
        _taskCount += groups.Length;
    }

    private int Rounds(int tasks, int cpusEach)
    {
        var atOnce = Math.Max(1, request.Cpus / Math.Max(1, cpusEach));
        return (tasks + atOnce - 1) / atOnce;
    }

    private TaskGroup Task(Recipe recipe, PlannedGroup group, ImmutableArray<InputMatcher> matchers)
    {
        var inputs = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<int>>(StringComparer.Ordinal);
        if (recipe.DividedInput is { } divided)
        {
            inputs[divided.Name] = _files.IndexesOf(group.Files);
        }

        foreach (var matcher in matchers)
        {
            inputs[matcher.Input.Name] = _files.IndexesOf(matcher.FilesFor(group));
        }

        return new TaskGroup(group.Keys, inputs.ToImmutable(), [.. group.Upstream.Select(upstream => upstream.Task)]);
    }
}
