using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Recipes;

/// <summary>A graph of steps that is declared under a name of its own, with options of its own.</summary>
/// <param name="Name">Its name in <c>dpu run NAME</c>; no recipe has the same.</param>
/// <param name="Description">One sentence for people; may be empty.</param>
/// <param name="Options">What users may give; handed by name to the steps that have such an option, and to the query.</param>
/// <param name="Query">Where its rows come from; null when its steps read from the catalog by themselves.</param>
/// <param name="Steps">At least one, each after those that it reads from.</param>
public sealed record Pipeline(string Name, string Description, ImmutableArray<RecipeOption> Options, RowQuery? Query, ImmutableArray<SequenceStep> Steps)
{
    /// <summary>How declarations name the rows of the query where an input could stand.</summary>
    public const string Rows = "rows";

    /// <summary>What its option <c>pars</c> can set in its steps, by name.</summary>
    public ImmutableArray<ProcessParameter> Parameters => Options.Any(option => option.Name == GivenParameters.Option)
        ? [.. Steps.SelectMany(step => step.Recipe.Parameters?.Values ?? []).DistinctBy(parameter => parameter.Name).OrderBy(parameter => parameter.Name, StringComparer.Ordinal)]
        : [];

    /// <summary>How declarations name the catalog where a step could stand.</summary>
    public const string Catalog = "catalog";
}

/// <summary>Where the rows of a pipeline come from. A row is a file with values.</summary>
public abstract record RowQuery
{
    private RowQuery()
    {
    }

    /// <summary>An executable of the site that prints rows: a file may recur in the rows of several groups.</summary>
    /// <param name="Command">Program and first arguments; the pipeline's options follow.</param>
    /// <param name="Time">How long it may take.</param>
    public sealed record Plugin(ImmutableArray<string> Command, TimeSpan Time) : RowQuery;

    /// <summary>Each file of the catalog of one of these types is a row.</summary>
    /// <param name="Types">At least one.</param>
    /// <param name="Query">What must hold of it besides; null for nothing.</param>
    public sealed record Files(ImmutableArray<string> Types, FileQuery? Query) : RowQuery;
}
