using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Templates;

/// <summary>Turns the rules of a command into its arguments.</summary>
internal static class ArgumentWords
{
    /// <exception cref="TemplateException">A template cannot be filled in, or its value cannot be an argument.</exception>
    public static ImmutableArray<string> Of(StepCommand command, TaskValues values) =>
        [.. command.Program, .. command.Arguments.SelectMany(rule => Of(rule, command, values))];

    private static IEnumerable<string> Of(ArgumentRule rule, StepCommand command, TaskValues values)
    {
        if (rule.Each is null)
        {
            return rule.Words.Select(word => Fill(word, values.For(command)));
        }

        var files = values.FilesOf(rule.Each);
        if (rule.Join is null)
        {
            return files.SelectMany(file => rule.Words.Select(word => Fill(word, values.For(command, file))));
        }

        // Without a file there is nothing to join, and a name without a value would take the next word for it.
        return files.IsEmpty ? [] : rule.Words.Select(word => Fill(word, name => Joined(name, rule.Join, files, command, values)));
    }

    private static string Joined(string name, string join, ImmutableArray<PlacedFile> files, StepCommand command, TaskValues values)
    {
        var distinct = files.Select(file => values.For(command, file)(name)).Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance).ToImmutableArray();
        var ofFile = Array.IndexOf(TaskNames.OfFile, name) >= 0 || files.Any(file => file.File.Metadata.ContainsKey(name));
        return ofFile && distinct.FirstOrDefault(value => value.Contains(join, StringComparison.Ordinal)) is { } torn
            ? throw new TemplateException($"the value '{torn}' of '{name}' holds '{join}', by which values are joined: a program would take it for several")
            : string.Join(join, distinct);
    }

    private static string Fill(string word, Func<string, string> valueOf) => TaskValues.Filling(word, text =>
    {
        var filled = Template.Parse(text).Fill(valueOf);

        // The kernel ends an argument at a NUL: what follows would be lost without a word.
        return filled.Contains('\0', StringComparison.Ordinal)
            ? throw new TemplateException("a value holds a NUL character, which no program can be given")
            : filled;
    });
}
