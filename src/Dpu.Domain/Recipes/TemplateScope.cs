using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Templates;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Where a template stands: that decides what it can name.</summary>
internal enum TemplateUse
{
    /// <summary>An argument, once for the task.</summary>
    Word,

    /// <summary>An argument or a column, once for each file of an input.</summary>
    WordOfFile,

    /// <summary>The name of a list.</summary>
    ListName,

    /// <summary>The folder or name of a file that is put into the work directory.</summary>
    PlaceOfInput,

    /// <summary>The name or folder of an output.</summary>
    NameOfOutput,
}

/// <summary>Finds mistakes in a recipe's templates before any task runs. What files will have as metadata is not known then.</summary>
/// <param name="DivideBy">The keys of its tasks.</param>
/// <param name="Options">Its Options.</param>
/// <param name="Inputs">Its Inputs.</param>
/// <param name="Outputs">Its Outputs.</param>
internal sealed record TemplateScope(
    ImmutableArray<string> DivideBy, ImmutableArray<RecipeOption> Options, ImmutableArray<RecipeInput> Inputs, ImmutableArray<OutputRule> Outputs)
{

    /// <summary>Names of the lists that are declared.</summary>
    public ImmutableArray<string> Lists { get; init; } = [];

    /// <summary>Whether it runs in the task of steps before it: what these make, it finds in the work directory and names by their outputs.</summary>
    public bool SharesTask { get; init; }

    /// <summary>What is wrong with a template, beginning with a verb; null when nothing is.</summary>
    public string? ProblemOf(string text, TemplateUse use)
    {
        try
        {
            var template = Template.Parse(text);
            return template.Names.Select(name => ProblemOfName(name, use)).FirstOrDefault(problem => problem is not null) ?? ProblemOfPath(template, use);
        }
        catch (TemplateException error)
        {
            return $"is no template: '{text}': {error.Message}";
        }
    }

    /// <summary>What is wrong with the name of an input, or null.</summary>
    public string? ProblemOfInputName(string input) => Inputs.Any(declared => declared.Name == input)
        ? null
        : $"names no input of the recipe: '{input}'{DidYouMean(NearestName.Find(input, Inputs.Select(declared => declared.Name)))}";

    /// <summary>With a harmless value everywhere, a template of a file name must give one.</summary>
    private static string? ProblemOfPath(Template template, TemplateUse use) =>
        use is not (TemplateUse.Word or TemplateUse.WordOfFile) && FileNameTemplate.ProblemOf(template.Fill(_ => "x")) is { } problem
            ? $"is '{template.Text}', {problem}"
            : null;

    private string? ProblemOfName(string name, TemplateUse use)
    {
        if (name.StartsWith(TaskNames.OutputPrefix, StringComparison.Ordinal))
        {
            return ProblemOfOutput(name, use);
        }

        if (name.StartsWith(TaskNames.ListPrefix, StringComparison.Ordinal))
        {
            return use is TemplateUse.Word or TemplateUse.WordOfFile
                ? Among(name, TaskNames.ListPrefix, Lists, "list")
                : $"cannot name {{{name}}} here";
        }

        if (name.StartsWith(TaskNames.InputPrefix, StringComparison.Ordinal))
        {
            return ProblemOfInput(name, use);
        }

        return ProblemOfPlainName(name, use);
    }

    private string? ProblemOfPlainName(string name, TemplateUse use)
    {
        var ofFile = use is TemplateUse.WordOfFile or TemplateUse.PlaceOfInput;
        if (Options.FirstOrDefault(option => option.Name == name && !DivideBy.Contains(name)) is { Type: OptionType.Map or OptionType.List } && !ofFile)
        {
            return $"names {{{name}}}, an option with several values: only one with a single value can be put into a text";
        }

        var known = TaskNames.OfTask.Concat(DivideBy).Concat(Options.Select(option => option.Name));
        if (ofFile || known.Contains(name, StringComparer.Ordinal))
        {
            return null;
        }

        var hint = Array.IndexOf(TaskNames.OfFile, name) >= 0 ? "; that is known of one file, as with 'each'" : DidYouMean(NearestName.Find(name, known));
        return $"names {{{name}}}, which is neither a key that the recipe is divided by nor one of its options{hint}";
    }

    private string? ProblemOfOutput(string name, TemplateUse use)
    {
        if (use is not (TemplateUse.Word or TemplateUse.WordOfFile))
        {
            return $"cannot name {{{name}}} here";
        }

        var pattern = Outputs.FirstOrDefault(output => TaskNames.OutputPrefix + output.Name == name)?.Pattern;
        return pattern is not null && Wildcard.IsPattern(pattern)
            ? $"names {{{name}}}, whose pattern '{pattern}' has wildcards: it gives no single name"
            : pattern is null && SharesTask ? null
            : Among(name, TaskNames.OutputPrefix, Outputs.Select(output => output.Name), "output");
    }

    private string? ProblemOfInput(string name, TemplateUse use)
    {
        if (use == TemplateUse.PlaceOfInput)
        {
            return $"cannot name {{{name}}} here: inputs are put in place one by one";
        }

        var reference = name[TaskNames.InputPrefix.Length..];
        if (TaskNames.SplitInput(reference, Inputs.Select(input => input.Name)) is ({ }, { Length: > 0 }))
        {
            return null;
        }

        var wanted = reference.Split('.')[0];
        return Inputs.Any(input => input.Name == reference)
            ? $"names {{{name}}}: say what of the file, as in {{{name}.path}}"
            : $"names {{{name}}}, but there is no input '{wanted}'{DidYouMean(NearestName.Find(wanted, Inputs.Select(input => input.Name)))}";
    }

    private static string? Among(string name, string prefix, IEnumerable<string> known, string what)
    {
        var wanted = name[prefix.Length..];
        return known.Contains(wanted, StringComparer.Ordinal)
            ? null
            : $"names {{{name}}}, but there is no {what} '{wanted}'{DidYouMean(NearestName.Find(wanted, known))}";
    }

    private static string DidYouMean(string? nearest) => nearest is null ? "" : $"; did you mean '{nearest}'?";
}
