using System.Collections.Immutable;

namespace Dpu.Domain.Planning;

/// <summary>The command of an <c>exec</c> task.</summary>
public static class ExecCommand
{
    /// <summary>What stands for the task's line.</summary>
    public const string Placeholder = "{}";

    /// <summary>
    /// Puts the line in for every <c>{}</c> of every argument. What was put in is never looked at again, so a line may itself hold
    /// <c>{}</c>, and no shell sees any of it.
    /// </summary>
    public static ImmutableArray<string> Expand(ImmutableArray<string> command, string line) =>
        ImmutableArray.CreateRange(command, (argument, value) => argument.Replace(Placeholder, value, StringComparison.Ordinal), line);

    /// <summary>The name of the step: the program's file name.</summary>
    internal static string StepName(string program)
    {
        var name = Path.GetFileName(program);
        return name.Length == 0 || name.Contains(Placeholder, StringComparison.Ordinal) ? "exec" : name;
    }
}
