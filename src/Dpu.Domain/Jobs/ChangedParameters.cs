using System.Collections.Immutable;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Jobs;

/// <summary>The commands of those steps of a job that run with other parameters.</summary>
internal static class ChangedParameters
{
    /// <returns>Index of each step that changes → its commands from now on; or every reason against the change.</returns>
    public static Checked<ImmutableSortedDictionary<int, ImmutableArray<StepCommand>>> Of(JobState state, RetryRequest asked)
    {
        if (asked.Set.IsEmpty)
        {
            return Accept(ImmutableSortedDictionary<int, ImmutableArray<StepCommand>>.Empty);
        }

        if (state.Plan.Steps.All(step => step.Work is StepWork.Exec))
        {
            return Refuse([new SubmissionError(SubmissionErrors.UnknownOption, $"Job {state.Id} runs a command without options: submit a new job with other arguments.")]);
        }

        return Sequence.Parse(state.Spec!.Sequence, asked.Recipes).TryGet(out var sequence, out var errors)
            && OptionChanges.Parse(sequence, asked.Set).TryGet(out var changes, out errors)
                ? Apply(state.Plan, sequence, changes)
                : Refuse(errors);
    }

    private static Checked<ImmutableSortedDictionary<int, ImmutableArray<StepCommand>>> Apply(JobPlan plan, Sequence sequence, OptionChanges changes)
    {
        var changed = ImmutableSortedDictionary.CreateBuilder<int, ImmutableArray<StepCommand>>();
        var errors = ImmutableArray.CreateBuilder<SubmissionError>();
        for (var index = 0; index < plan.Steps.Length; index++)
        {
            if (plan.Steps[index].Work is not StepWork.Groups groups || !groups.Commands.Any(command => IsConcerned(sequence, changes, command)))
            {
                continue;
            }

            var commands = ImmutableArray.CreateBuilder<StepCommand>();
            foreach (var command in groups.Commands)
            {
                if (!IsConcerned(sequence, changes, command))
                {
                    commands.Add(command);
                }
                else if (changes.Apply(StepOf(sequence, command)!, command.Parameters).TryGet(out var options, out var wrong))
                {
                    commands.Add(StepOf(sequence, command)!.Recipe.CommandFor(command.Name, options));
                }
                else
                {
                    errors.AddRange(wrong);
                }
            }

            changed[index] = commands.ToImmutable();
        }

        return errors.Count == 0 ? Accept(changed.ToImmutable()) : Refuse([.. errors.Distinct()]);
    }

    private static bool IsConcerned(Sequence sequence, OptionChanges changes, StepCommand command) =>
        StepOf(sequence, command) is { } step && changes.Concern(step);

    private static SequenceStep? StepOf(Sequence sequence, StepCommand command) =>
        sequence.Steps.FirstOrDefault(step => step.Name == command.Name && step.Recipe.Name == command.Recipe);

    private static Checked<ImmutableSortedDictionary<int, ImmutableArray<StepCommand>>>.Accepted Accept(ImmutableSortedDictionary<int, ImmutableArray<StepCommand>> commands) => new(commands);

    private static Checked<ImmutableSortedDictionary<int, ImmutableArray<StepCommand>>>.Refused Refuse(ImmutableArray<SubmissionError> errors) => new(errors);
}
