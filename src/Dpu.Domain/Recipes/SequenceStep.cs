using System.Collections.Immutable;

namespace Dpu.Domain.Recipes;

/// <summary>One step of a sequence or a pipeline.</summary>
/// <param name="Name">Unique within the sequence: the recipe's name (<c>Null</c>, <c>Null-2</c>), or the step's of a pipeline.</param>
/// <param name="Recipe">What it runs; in a pipeline with all that the step says otherwise than its recipe.</param>
/// <param name="Sources">Where each input of the recipe comes from, in their order.</param>
/// <param name="After">Indexes of earlier steps that it waits for without reading what they make.</param>
public sealed record SequenceStep(string Name, Recipe Recipe, ImmutableArray<InputSource> Sources, ImmutableArray<int> After)
{
    /// <summary>Whether it runs in the task of the step before it, in the same work directory.</summary>
    public bool SameTask { get; init; }

    /// <summary>Values of options that the pipeline fixes, by long name.</summary>
    public ImmutableSortedDictionary<string, OptionValue> Fixed { get; init; } = ImmutableSortedDictionary.Create<string, OptionValue>(StringComparer.Ordinal);

    /// <summary>Where the input that is divided into groups comes from; null for a recipe that reads nothing.</summary>
    internal InputSource? DividedSource => Sources.IsEmpty ? null : Sources[0];
}

/// <summary>Where an input of a step comes from.</summary>
public abstract record InputSource
{
    private InputSource()
    {
    }

    /// <summary>Committed files of the catalog.</summary>
    public static InputSource Catalog { get; } = new OfCatalog();

    /// <summary>The rows of the pipeline's query.</summary>
    public static InputSource Rows { get; } = new OfRows();

    /// <inheritdoc cref="Catalog"/>
    public sealed record OfCatalog : InputSource;

    /// <inheritdoc cref="Rows"/>
    public sealed record OfRows : InputSource;

    /// <summary>Outputs of earlier steps.</summary>
    /// <param name="Indexes">At least one, in ascending order.</param>
    public sealed record Steps(ImmutableArray<int> Indexes) : InputSource;
}

/// <summary>Who takes options from users.</summary>
/// <param name="Name">The recipe or the pipeline.</param>
/// <param name="Options">What it knows.</param>
/// <param name="Style">How its program wants them to be written.</param>
public sealed record OptionTaker(string Name, ImmutableArray<RecipeOption> Options, ArgumentStyle Style)
{
    /// <summary>What its option <c>pars</c> can set, by name; none where that is not said.</summary>
    public ImmutableArray<ProcessParameter> Parameters { get; init; } = [];

    internal static OptionTaker Of(Recipe recipe) => new(recipe.Name, recipe.Options, recipe.Arguments.Style) { Parameters = [.. recipe.Parameters?.Values ?? []] };
}
