using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Plans a job that runs one command, once or for each line.</summary>
public static class ExecPlanner
{
    /// <summary>A plan of one step.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="lines">One task for each; null for a single task.</param>
    /// <param name="resources">What each task holds.</param>
    /// <param name="wallTime">Limit for each attempt, or null.</param>
    /// <param name="rules">Where its tasks may run and how many at once; null for anywhere, as many as fit.</param>
    public static Checked<JobPlan> Plan(ImmutableArray<string> command, TaskLines? lines, Resources resources, TimeSpan? wallTime, StepRules? rules = null)
    {
        if (command.IsDefaultOrEmpty || command[0].Length == 0)
        {
            return Refuse("There is no command to run: write it after '--'.");
        }

        // The kernel's argument vector ends each argument at a NUL: what follows would be lost without a word.
        if (command.FirstOrDefault(argument => argument.Contains('\0', StringComparison.Ordinal)) is { } broken)
        {
            return Refuse($"The argument '{broken.Replace("\0", "\\0", StringComparison.Ordinal)}' holds a NUL character, which no program can be given.");
        }

        if (lines is { Count: 0 })
        {
            return Refuse("There is no line to run the command for.");
        }

        var step = new StepPlan(ExecCommand.StepName(command[0]), null, 0, lines?.Count ?? 1, resources, wallTime, new StepWork.Exec(command, lines))
        {
            Rules = rules ?? StepRules.Usual,
        };
        return new Checked<JobPlan>.Accepted(new JobPlan([], [step]));
    }

    private static Checked<JobPlan>.Refused Refuse(string message) =>
        new([new SubmissionError(SubmissionErrors.BadCommand, message)]);
}
