using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads one step of a pipeline: a recipe as it stands in the catalog, with what the step says otherwise, or one that is declared in the step itself.</summary>
internal sealed class PipelineStepReader(
    string pipeline,
    string name,
    HoconReader step,
    bool hasRows,
    ImmutableArray<RecipeOption> options,
    RecipeCatalog catalog,
    RetryRules usualRetry)
{
    private ImmutableArray<SequenceStep> _before = [];

    /// <param name="before">The steps that stand before it: a step reads from these only, so that there is no cycle.</param>
    public SequenceStep Read(ImmutableArray<SequenceStep> before)
    {
        _before = before;
        if (name is Pipeline.Rows or Pipeline.Catalog)
        {
            throw Wrong($"cannot be a step's name: '{name}' stands for {(name == Pipeline.Rows ? "the rows of the query" : "the files of the catalog")}");
        }

        var recipe = new RecipeReader(RecipeName(), step, usualRetry, step.GetBooleanOrDefault("same-task", false)).Read();
        var inputs = step.GetObjects("inputs").ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var sources = recipe.Inputs.Select((input, index) => ReadSource(input, inputs[input.Name], isDivided: index == 0)).ToImmutableArray();
        var read = new SequenceStep(name, recipe, sources, ReadAfter())
        {
            SameTask = step.GetBooleanOrDefault("same-task", false),
            Fixed = ReadFixed(recipe),
        };
        CheckOptions(read);
        return read.SameTask ? Sharing(read) : read;
    }

    private HoconException Wrong(string problem) => new(step.Origin, $"{step.Path} {problem}");

    private string RecipeName()
    {
        if (!step.Has("recipe"))
        {
            return $"{pipeline}.{name}";
        }

        var recipe = step.GetString("recipe");
        return catalog.Find(recipe) is not null
            ? recipe
            : throw step.Error("recipe", $"names no recipe: '{recipe}'{(catalog.NearestRecipe(recipe) is { } nearest ? $"; did you mean '{nearest}'?" : "; leave it out to declare one here")}");
    }

    /// <summary>Where nothing is said it is as in a chain: the first input comes from the step before, or from the rows; all others from the catalog.</summary>
    private InputSource ReadSource(RecipeInput input, HoconReader reader, bool isDivided)
    {
        var source = reader.Has("from") ? FromOf(input, reader) : Usual(input, isDivided);
        if (source is InputSource.Steps && !input.Match.IsEmpty)
        {
            throw reader.Error("match", "cannot stand beside 'from' a step: tasks of two steps are joined where they share a row");
        }

        return source is InputSource.Steps && input.Pick != InputPick.All
            ? throw reader.Error("pick", "cannot be latest or valid beside 'from' a step: all that its tasks make arrives")
            : source;
    }

    private InputSource Usual(RecipeInput input, bool isDivided) => (isDivided, _before) switch
    {
        (true, []) => hasRows ? InputSource.Rows : InputSource.Catalog,
        (true, _) when input.Types.Any(_before[^1].Recipe.Makes) => new InputSource.Steps([_before.Length - 1]),
        (true, _) => throw Wrong(
            $"does not say where its input '{input.Name}' comes from, and {_before[^1].Name} before it makes no {string.Join(" or ", input.Types)}: write from = rows, catalog, or a step"),
        _ => InputSource.Catalog,
    };

    private InputSource FromOf(RecipeInput input, HoconReader reader)
    {
        var from = reader.GetValue("from") is HoconScalar ? [reader.GetString("from")] : reader.GetStringList("from").ToImmutableArray();
        switch (from)
        {
            case [Pipeline.Catalog]:
                return InputSource.Catalog;
            case [Pipeline.Rows] when hasRows:
                return InputSource.Rows;
            case [Pipeline.Rows]:
                throw reader.Error("from", "is rows, but the pipeline has no query that gives any");
            case []:
                throw reader.Error("from", "is empty; expected rows, catalog, or steps before this one");
            default:
                var indexes = StepsNamed(reader, "from", from);
                foreach (var other in indexes.Select(index => _before[index]).Where(other => !input.Types.Any(other.Recipe.Makes)))
                {
                    throw reader.Error("from", $"names {other.Name}, which makes no {string.Join(" or ", input.Types)}");
                }

                return new InputSource.Steps(indexes);
        }
    }

    private ImmutableArray<int> ReadAfter()
    {
        if (step.Has("after"))
        {
            var after = step.GetValue("after") is HoconScalar ? [step.GetString("after")] : step.GetStringList("after").ToImmutableArray();
            return StepsNamed(step, "after", after);
        }

        // A step that reads nothing runs after the one before, as in a chain.
        return !step.GetObjects("inputs").Any() && !_before.IsEmpty ? [_before.Length - 1] : [];
    }

    private ImmutableArray<int> StepsNamed(HoconReader reader, string key, ImmutableArray<string> names)
    {
        foreach (var unknown in names.Where(named => !_before.Any(other => other.Name == named)))
        {
            var nearest = NearestName.Find(unknown, _before.Select(other => other.Name));
            var hint = nearest is not null ? $"; did you mean '{nearest}'?" : _before.IsEmpty ? "; it is the first one" : $"; these are {string.Join(", ", _before.Select(other => other.Name))}";
            throw reader.Error(key, $"names no step before this one: '{unknown}'{hint}");
        }

        return [.. names.Select(named => _before.Select(other => other.Name).ToList().IndexOf(named)).Distinct().Order()];
    }

    private ImmutableSortedDictionary<string, OptionValue> ReadFixed(Recipe recipe)
    {
        var set = step.GetObjectOrEmpty("set");
        var values = ImmutableSortedDictionary.CreateBuilder<string, OptionValue>(StringComparer.Ordinal);
        foreach (var key in set.Keys)
        {
            var path = HoconPath.Of(key).ToString();
            var option = recipe.Options.FirstOrDefault(option => option.Name == key)
                ?? throw set.Error(path, $"sets no option of {name}{(NearestName.Find(key, recipe.Options.Select(option => option.Name)) is { } nearest ? $"; did you mean '{nearest}'?" : "")}");
            using var json = JsonDocument.Parse(set.GetValue(path).ToString());
            values[key] = OptionValueReader.FromJson(option.Type, json.RootElement)
                ?? throw set.Error(path, $"is {json.RootElement.GetRawText()}; expected {OptionValueReader.Expected(option.Type)}");
        }

        return values.ToImmutable();
    }

    private void CheckOptions(SequenceStep read)
    {
        foreach (var option in read.Recipe.Options.Where(option => !read.Fixed.ContainsKey(option.Name)))
        {
            var given = options.FirstOrDefault(other => other.Name == option.Name);
            if (given is null && option.Required)
            {
                throw Wrong($"needs its option '{option.Name}': set it here, or declare an option of that name for the pipeline");
            }

            if (given is not null && given.Type != option.Type)
            {
                throw Wrong($"takes '{option.Name}' as {OptionValueReader.Expected(option.Type)}, but the pipeline's option of that name is {OptionValueReader.Expected(given.Type)}");
            }
        }
    }

    /// <summary>A step that runs in the tasks of the one before: it is divided as that is, and no name means two things.</summary>
    private SequenceStep Sharing(SequenceStep read)
    {
        if (_before.IsEmpty)
        {
            throw step.Error("same-task", "cannot be true here: there is no step before");
        }

        var first = _before.Length - 1;
        while (_before[first].SameTask)
        {
            first--;
        }

        var sharing = _before[first..];
        var inside = read.DividedSource is InputSource.Steps from ? from.Indexes : read.After;
        if (inside.IsEmpty || inside.Any(index => index < first))
        {
            throw step.Error("same-task", $"needs the step to read from {_before[^1].Name}, with whose tasks it shares a work directory");
        }

        if (!read.Recipe.DivideBy.ToHashSet(StringComparer.Ordinal).SetEquals(sharing[0].Recipe.DivideBy) && !read.Recipe.Inputs.IsEmpty)
        {
            throw step.Error("same-task", $"needs the keys of {sharing[0].Name}: divide-by = [{string.Join(", ", sharing[0].Recipe.DivideBy)}]");
        }

        foreach (var output in read.Recipe.Outputs.Where(output => sharing.Any(other => other.Recipe.Outputs.Any(made => made.Name == output.Name))))
        {
            throw step.Error("same-task", $"makes two outputs called '{output.Name}' in one task: call one of them something else");
        }

        var outer = read.Recipe.Inputs.Where((_, index) => read.Sources[index] is not InputSource.Steps steps || steps.Indexes.Any(source => source < first));
        foreach (var input in outer.Where(input => sharing.Any(other => other.Recipe.Inputs.Any(taken => taken.Name == input.Name))))
        {
            throw step.Error("same-task", $"makes two inputs called '{input.Name}' in one task: call one of them something else");
        }

        return read with { Recipe = read.Recipe with { DivideBy = sharing[0].Recipe.DivideBy } };
    }
}
