using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

namespace Dpu.Domain.Recipes;

/// <summary>What a recipe's command line holds beside its command.</summary>
/// <param name="Style">How options are written.</param>
/// <param name="BeforeOptions">Arguments that stand before the recipe's options.</param>
/// <param name="AfterOptions">Arguments that follow them.</param>
/// <param name="Lists">Files that list inputs.</param>
public sealed record RecipeArguments(
    ArgumentStyle Style,
    ImmutableArray<ArgumentRule> BeforeOptions,
    ImmutableArray<ArgumentRule> AfterOptions,
    ImmutableArray<ListRule> Lists)
{
    /// <summary>The options only.</summary>
    public static RecipeArguments Plain { get; } = new(ArgumentStyle.Usual, [], [], []);

    /// <summary>The arguments that depend on the task, with the options among them when something stands before these.</summary>
    internal ImmutableArray<ArgumentRule> RulesFor(StepOptions options) => BeforeOptions.IsEmpty
        ? AfterOptions
        : [.. BeforeOptions, new ArgumentRule([.. options.Arguments.Select(Template.Literal)], null, null), .. AfterOptions];
}

/// <summary>How many hyphens an option's name has in front.</summary>
public enum HyphenStyle
{
    /// <summary>Two.</summary>
    TwoHyphens,

    /// <summary>One before a single letter, two before a longer name.</summary>
    Gnu,

    /// <summary>One.</summary>
    OneHyphen,

    /// <summary>None.</summary>
    NoHyphens,
}

/// <summary>How a recipe wants its options to be written.</summary>
/// <param name="Hyphens">Hyphens in front of a name.</param>
/// <param name="WithEquals">
/// Whether a name and its value are one word, <c>--name=value</c>. A single letter with one hyphen of the GNU style takes its value as the next word all the same.
/// </param>
public sealed record ArgumentStyle(HyphenStyle Hyphens, bool WithEquals)
{
    /// <summary><c>--name value</c></summary>
    public static ArgumentStyle Usual { get; } = new(HyphenStyle.TwoHyphens, WithEquals: false);

    /// <summary>The arguments that hand a value to a recipe under the option's long name; none when it is empty.</summary>
    public ImmutableArray<string> Write(string name, OptionValue value) => value switch
    {
        { IsEmpty: true } => [],
        OptionValue.OfFlag => [Name(name)],
        OptionValue.OfList list => [.. list.Values.SelectMany(item => Named(name, item))],
        _ => Named(name, value.Text),
    };

    /// <summary>A name as it stands on the command line.</summary>
    public string Name(string name) => Hyphens switch
    {
        HyphenStyle.TwoHyphens => "--" + name,
        HyphenStyle.Gnu => (IsLetter(name) ? "-" : "--") + name,
        HyphenStyle.OneHyphen => "-" + name,
        HyphenStyle.NoHyphens => name,
        _ => throw new InvalidOperationException($"There is no style {Hyphens}."),
    };

    /// <summary>A name with its value.</summary>
    public ImmutableArray<string> Named(string name, string value) => JoinsWithEquals(name) ? [$"{Name(name)}={value}"] : [Name(name), value];

    internal bool JoinsWithEquals(string name) => WithEquals && !(Hyphens == HyphenStyle.Gnu && IsLetter(name));

    private static bool IsLetter(string name) => name.Length == 1;
}
