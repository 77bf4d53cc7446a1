using System.CommandLine;
using Dpu.Cli.Arguments;

namespace Dpu.Cli.Commands;

/// <summary>One command of the program: its grammar, its examples, and what it does.</summary>
internal abstract class DpuCommand : Command
{
    protected DpuCommand(string name, string description, params string[] examples)
        : base(name, description) => Examples = examples;

    /// <summary>Shown by <c>--help</c>.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does it and returns the exit code.</summary>
    public abstract Task<int> RunAsync(Invocation invocation);

    protected static Option<bool> JsonOption(string description) => new("--json") { Description = description };
}

/// <summary>One use of a command.</summary>
/// <param name="Context">The world around it.</param>
/// <param name="Global">The options that every command has.</param>
/// <param name="Parsed">What was typed for us.</param>
/// <param name="PassedOn">What was typed for a recipe or a program of the user's.</param>
internal sealed record Invocation(CliContext Context, GlobalOptions Global, ParseResult Parsed, IReadOnlyList<string> PassedOn)
{
    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => Parsed.GetValue(argument);

    public string? Dpu => Parsed.GetValue(Global.Dpu);
}
