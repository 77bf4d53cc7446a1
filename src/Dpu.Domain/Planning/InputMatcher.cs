using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Finds the files of an input for each group.</summary>
internal interface IInputFinder
{
    RecipeInput Input { get; }

    /// <summary>The files for a group; none after an error, which is collected.</summary>
    ImmutableArray<CatalogFile> FilesFor(PlannedGroup group);
}

/// <summary>Finds the files of a matched input for each group: those whose <c>match</c> keys agree with it.</summary>
internal sealed class InputMatcher : IInputFinder
{
    private readonly string _step;
    private readonly RecipeCatalog _catalog;
    private readonly PlanErrors _errors;
    private readonly ILookup<KeyTuple, CatalogFile> _files;

    public InputMatcher(string step, RecipeInput input, IEnumerable<InputRow> candidates, RecipeCatalog catalog, PlanErrors errors)
    {
        _step = step;
        _catalog = catalog;
        _errors = errors;
        Input = input;
        _files = candidates
            .Where(row => input.Match.All(row.Values.ContainsKey))
            .ToLookup(row => new KeyTuple([.. input.Match.Select(key => row.TextOf(key)!)]), row => row.File);
    }

    public RecipeInput Input { get; }

    public ImmutableArray<CatalogFile> FilesFor(PlannedGroup group)
    {
        var values = Input.Match.Select(key => group.ValuesOf(key).Unique).ToImmutableArray();
        if (values.IndexOf(null) is var unknown and >= 0)
        {
            RefuseKey(Input.Match[unknown], group);
            return [];
        }

        var found = FileOrder.Stable(_files[new KeyTuple([.. values.Select(value => value!)])]).ToImmutableArray();
        if (found.IsEmpty)
        {
            RefuseMissing(group, values!);
            return [];
        }

        return Input.Pick switch
        {
            InputPick.Latest => [FileOrder.Latest(found)],
            InputPick.Valid => Valid(group, found),
            _ => found,
        };
    }

    /// <summary>The newest of those that are valid on the group's night.</summary>
    private ImmutableArray<CatalogFile> Valid(PlannedGroup group, ImmutableArray<CatalogFile> found)
    {
        var night = group.ValuesOf(Validity.DateKey).Unique;
        if (night is null)
        {
            RefuseKey(Validity.DateKey, group);
            return [];
        }

        if (Validity.DateOf(night) is not { } date)
        {
            _errors.Add($"{_step}.{Input.Name} date", SubmissionErrors.KeyMissing, $"{Wording.Task(_step, group)} needs a {Input.Name} of its night, but its {Validity.DateKey} is '{night}', no date such as 2000-04-28.");
            return [];
        }

        var valid = found.Where(file => Validity.Of(file, Input.ValidFor).Includes(date)).ToImmutableArray();
        if (valid.IsEmpty && !Input.Optional)
        {
            RefuseInvalid(group, night, found);
        }

        return valid.IsEmpty ? [] : [FileOrder.Latest(valid)];
    }

    private void RefuseInvalid(PlannedGroup group, string night, ImmutableArray<CatalogFile> found)
    {
        var spans = found.Select(file => Validity.Of(file, Input.ValidFor)).OrderBy(span => span).Select(span => span.ToString()).Distinct(StringComparer.Ordinal).ToImmutableArray();
        _errors.Add(
            $"{_step}.{Input.Name} valid {night}",
            SubmissionErrors.InputMissing,
            $"{Wording.Task(_step, group)} needs a {Wording.Or(Input.Types)} that is valid on {night}, but what there is holds {Wording.And(spans)}: {Makers.HowToGet(Input.Types, _catalog)}, on a night nearer to it.");
    }

    /// <summary>An optional input that cannot be told apart is one that is not there.</summary>
    private void RefuseKey(string key, PlannedGroup group)
    {
        if (Input.Optional)
        {
            return;
        }

        var known = group.ValuesOf(key);
        var who = Wording.Task(_step, group);
        if (known.Values.Length > 1)
        {
            _errors.Add($"{_step}.{Input.Name} unique", SubmissionErrors.KeyNotUnique, $"{who} needs a {Input.Name} of its {key}, but reads several: {Wording.And(known.Values)}. Select one of them, or divide {_step} by {key}.");
        }
        else
        {
            _errors.Add($"{_step}.{Input.Name} key", SubmissionErrors.KeyMissing, $"{who} needs a {Input.Name} of its {key}, but {(known.Values.IsEmpty ? "what" : "some of what")} it reads has no '{key}'.");
        }
    }

    private void RefuseMissing(PlannedGroup group, ImmutableArray<string> values)
    {
        if (Input.Optional)
        {
            return;
        }

        var others = Input.Match
            .Select((key, index) => KeyValuePair.Create(key, values[index]))
            .Where(pair => !group.Keys.ContainsKey(pair.Key));
        var also = Wording.Keys(others);
        var what = Input.Types is [var type] && type == Input.Name ? type : $"{Wording.Or(Input.Types)} (input '{Input.Name}')";
        var whose = group.Keys.IsEmpty ? "" : $" for {Wording.Keys(group.Keys)}";
        var message = $"no {what}{whose}{(also.Length == 0 ? "" : $" ({also})")}: {Makers.HowToGet(Input.Types, _catalog)}";
        _errors.Add($"{_step}.{Input.Name} missing", SubmissionErrors.InputMissing, message);
    }
}
