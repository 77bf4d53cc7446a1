using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;
using Dpu.Domain.Tests.Recipes;
using Shouldly;

namespace Dpu.Domain.Tests.Templates;

/// <summary>One task of a recipe that is declared in HOCON, as a node gets it.</summary>
internal sealed class OneTask
{
    public static readonly TaskPlace Place = new("schmidt", "/work/12/3.2", "/store");

    private readonly Domain.Recipes.Recipe _recipe;

    /// <param name="declaration">The inside of a recipe's declaration, without its command.</param>
    public OneTask(string declaration) => _recipe = SampleRecipes.Read($"Warp {{ command = [warp]\n{declaration}\n}}").Find("Warp")!;

    /// <param name="recipe">Called Warp.</param>
    public OneTask(Domain.Recipes.Recipe recipe) => _recipe = recipe;

    public ImmutableSortedDictionary<string, string> Keys { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, ImmutableArray<InputFile>> Inputs { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableArray<InputFile>>(StringComparer.Ordinal);

    public CampaignUnit? Campaign { get; init; }

    public string[] Options { get; init; } = [];

    public static ImmutableSortedDictionary<string, T> Sorted<T>(params (string Key, T Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    public static InputFile File(string id, string path, params (string Key, string Value)[] metadata) =>
        new(id, path, "calexp", metadata.ToImmutableSortedDictionary(pair => pair.Key, pair => MetadataValue.Of(pair.Value), StringComparer.Ordinal));

    public TaskOrders Orders()
    {
        var sequence = SampleRecipes.Sequence("Warp", new Domain.Recipes.RecipeCatalog([_recipe]));
        var options = SampleRecipes.Accepted(Domain.Recipes.OptionParser.Parse(sequence, Options));
        var command = _recipe.CommandFor("Warp", options.Steps[0]);
        var work = new TaskWork.Directed("Warp", Keys, [command], Inputs, _recipe.Outputs)
        {
            InputRules = [.. _recipe.Inputs.Select(input => input.RuleFor([]))],
            Campaign = Campaign,
        };
        return TaskOrders.For(new TaskStart(new AttemptId(new JobId(12), 3, 2), "Warp", new Resources(1, 0), null, command.Program, work), work, Place);
    }

    public TaskOrders.Ready Ready() => Orders() switch
    {
        TaskOrders.Ready ready => ready,
        TaskOrders.Impossible impossible => throw new ShouldAssertException(impossible.Reason),
        _ => throw new InvalidOperationException("Orders are ready or impossible."),
    };

    /// <summary>Its arguments without the program.</summary>
    public IEnumerable<string> Words() => Ready().Commands.ShouldHaveSingleItem().Words.Skip(1);

    public string Reason() => Orders().ShouldBeOfType<TaskOrders.Impossible>().Reason;
}
