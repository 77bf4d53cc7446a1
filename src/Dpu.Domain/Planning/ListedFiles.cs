using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Planning;

/// <summary>Files that a user names one by one, with an option that is a list.</summary>
internal sealed class ListedFiles(PlanRequest request, PlanErrors errors)
{
    /// <summary>The candidates of an input that are named; all of them when no option names any.</summary>
    public ImmutableArray<CatalogFile> Among(int step, RecipeInput input, ImmutableArray<CatalogFile> candidates)
    {
        var lists = ListsFor(step, input);
        return lists.IsEmpty ? candidates : [.. lists.SelectMany(list => list.Names.Select(name => Find(step, list.Option, input, name, candidates))).OfType<CatalogFile>()];
    }

    /// <summary>Whether an option names files of an input.</summary>
    public bool NamesAnyOf(int step, RecipeInput input) => !ListsFor(step, input).IsEmpty;

    /// <summary>What steps will make has no names yet.</summary>
    public void RefuseFor(int step, RecipeInput input)
    {
        foreach (var (option, _) in ListsFor(step, input))
        {
            errors.Add("listed", new SubmissionError(
                SubmissionErrors.BadOption,
                $"Option {option.Usage} names files of the catalog, but what {request.Sequence.Steps[step].Name} reads as its {input.Name} is made by the steps before it.",
                option.Name));
        }
    }

    private ImmutableArray<(RecipeOption Option, ImmutableArray<string> Names)> ListsFor(int step, RecipeInput input) =>
    [
        .. request.Sequence.Steps[step].Recipe.Options
            .Where(option => option.Select is { Key: null } select && select.Input == input.Name)
            .Select(option => (option, Names: request.Options.Steps[step].Values[option.Name] is OptionValue.OfList list ? list.Values : []))
            .Where(pair => !pair.Names.IsEmpty),
    ];

    /// <summary>Of several files with one name the latest is meant, as everywhere.</summary>
    private CatalogFile? Find(int step, RecipeOption option, RecipeInput input, string name, ImmutableArray<CatalogFile> candidates)
    {
        var found = candidates.Where(file => file.Id == name || file.Path == name).ToImmutableArray();
        found = found.IsEmpty ? [.. candidates.Where(file => file.Name == name)] : found;
        if (!found.IsEmpty)
        {
            return FileOrder.Latest(found);
        }

        var nearest = NearestName.Find(name, candidates.SelectMany(file => new[] { file.Name, file.Path, file.Id }));
        var asked = Wording.Keys(InputSelection.Conditions(request.Sequence.Steps[step].Recipe, input, request.Options.Steps[step])
            .Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)));
        var with = asked.Length == 0 ? "" : $" with {asked}";
        var hint = nearest is null ? "." : $"; did you mean '{nearest}'?";
        errors.Add("listed", new SubmissionError(
            SubmissionErrors.NoInputs,
            $"{request.Sequence.Steps[step].Name} finds no {Wording.Or(input.Types)}{with} that is called '{name}' (option {option.Usage}){hint}",
            option.Name,
            nearest));
        return null;
    }
}
