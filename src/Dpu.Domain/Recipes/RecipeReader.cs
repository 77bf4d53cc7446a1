using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads the declaration of one recipe.</summary>
internal sealed partial class RecipeReader(string name, HoconReader declaration, RetryRules usualRetry)
{
    private static readonly TimeSpan UsualTime = TimeSpan.FromSeconds(10);

    private static readonly ImmutableDictionary<string, OptionType> Types = new Dictionary<string, OptionType>(StringComparer.Ordinal)
    {
        ["string"] = OptionType.Text,
        ["integer"] = OptionType.WholeNumber,
        ["number"] = OptionType.Number,
        ["flag"] = OptionType.Flag,
        ["date"] = OptionType.Date,
        ["map"] = OptionType.Map,
        ["list"] = OptionType.List,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    private static readonly string[] TypeNames = ["string", "integer", "number", "flag", "date", "map", "list"];

    public Recipe Read()
    {
        var inputs = ReadInputs();
        var options = ReadOptions(inputs);
        var divideBy = declaration.GetStringListOrDefault("divide-by", []).ToImmutableArray();
        if (!divideBy.IsEmpty && inputs.IsEmpty)
        {
            throw declaration.Error("divide-by", "has nothing to divide: declare an input, or leave it out");
        }

        var resources = declaration.GetObjectOrEmpty("resources");
        var expected = resources.GetDurationOrDefault("time", UsualTime);
        return new Recipe(
            name,
            declaration.GetStringOrDefault("description", ""),
            ReadCommand(),
            options,
            inputs,
            divideBy,
            new Resources(resources.GetInt32OrDefault("cpus", 1, min: 1), resources.GetSizeOrDefault("memory", 0)),
            expected,
            resources.Has("wall-time") ? resources.GetDuration("wall-time") : null,
            ReadOutputs(),
            new RuleReader(declaration, usualRetry).Read(expected));
    }

    private ImmutableArray<string> ReadCommand()
    {
        var command = declaration.GetStringList("command").ToImmutableArray();
        return command.IsEmpty || command[0].Length == 0
            ? throw declaration.Error("command", "is empty; it names the program and its first arguments, such as [dpu-calibration, reduce]")
            : command;
    }

    private ImmutableArray<RecipeInput> ReadInputs() =>
        [.. declaration.GetObjects("inputs").Select((pair, index) => ReadInput(pair.Key, pair.Value, isDivided: index == 0))];

    private static RecipeInput ReadInput(string input, HoconReader reader, bool isDivided)
    {
        var types = reader.GetValue("type") is HoconScalar ? [reader.GetString("type")] : reader.GetStringList("type").ToImmutableArray();
        if (types.IsEmpty)
        {
            throw reader.Error("type", "is empty; an input accepts at least one type of file");
        }

        var match = reader.GetStringListOrDefault("match", []).ToImmutableArray();
        if (isDivided && !match.IsEmpty)
        {
            throw reader.Error("match", "cannot stand here: the first input is the one that is divided, the others are matched to its groups");
        }

        var pick = reader.GetOneOfOrDefault("pick", ["all", "latest"], "all") == "latest" ? InputPick.Latest : InputPick.All;
        if (isDivided && pick == InputPick.Latest)
        {
            throw reader.Error("pick", "cannot be latest here: the first input is divided into groups, with all of its files");
        }

        return new RecipeInput(input, types, match, pick, reader.GetBooleanOrDefault("optional", false))
        {
            Query = ReadQuery(reader),
        };
    }

    private static FileQuery? ReadQuery(HoconReader reader)
    {
        try
        {
            return reader.Has("query") ? FileQuery.Parse(reader.GetString("query")) : null;
        }
        catch (FormatException error)
        {
            throw reader.Error("query", $"cannot be read. {error.Message}");
        }
    }

    private ImmutableArray<OutputRule> ReadOutputs() =>
    [
        .. declaration.GetObjects("outputs").Select(pair => new OutputRule(
            pair.Key,
            pair.Value.GetString("type"),
            pair.Value.GetString("pattern"),
            pair.Value.GetBooleanOrDefault("main", false))
        {
            Folder = pair.Value.GetStringOrDefault("folder", null),
        }),
    ];

    private ImmutableArray<RecipeOption> ReadOptions(ImmutableArray<RecipeInput> inputs)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        var options = ImmutableArray.CreateBuilder<RecipeOption>();
        foreach (var (longName, reader) in declaration.GetObjects("options"))
        {
            var option = ReadOption(longName, reader, inputs);
            foreach (var typed in new[] { option.Name, option.ShortName }.OfType<string>().Distinct(StringComparer.Ordinal))
            {
                CheckName(typed, longName, reader, taken);
            }

            options.Add(option);
        }

        return options.ToImmutable();
    }

    private static void CheckName(string typed, string longName, HoconReader reader, Dictionary<string, string> taken)
    {
        if (!OptionName().IsMatch(typed))
        {
            throw reader.Error("short", $"makes an option that cannot be typed: '{typed}'; a name begins with a letter, then letters, digits, '_' and '-'");
        }

        if (!taken.TryAdd(typed, longName))
        {
            throw reader.Error("short", $"makes two options that are both called '{typed}': {taken[typed]} and {longName}");
        }
    }

    private static RecipeOption ReadOption(string longName, HoconReader reader, ImmutableArray<RecipeInput> inputs)
    {
        var type = Types[reader.GetOneOf("type", TypeNames)];
        var required = reader.GetBooleanOrDefault("required", false);
        if (required && reader.Has("default"))
        {
            throw reader.Error("default", "is never used: the option is required");
        }

        var shortName = reader.GetStringOrDefault("short", null);
        return new RecipeOption(longName, shortName, type, ReadDefault(reader, type), required, reader.GetStringOrDefault("help", ""), ReadSelect(reader, type, inputs));
    }

    private static OptionValue ReadDefault(HoconReader reader, OptionType type)
    {
        if (!reader.Has("default"))
        {
            return type == OptionType.Flag ? new OptionValue.OfFlag(false) : OptionValue.Nothing;
        }

        using var json = JsonDocument.Parse(reader.GetValue("default").ToString());
        return type == OptionType.Date && json.RootElement is { ValueKind: JsonValueKind.String } text && text.ValueEquals("")
            ? new OptionValue.OfText("")
            : OptionValueReader.FromJson(type, json.RootElement)
                ?? throw reader.Error("default", $"is {json.RootElement.GetRawText()}; expected {OptionValueReader.Expected(type)}");
    }

    private static OptionSelect? ReadSelect(HoconReader reader, OptionType type, ImmutableArray<RecipeInput> inputs)
    {
        if (!reader.Has("select"))
        {
            return null;
        }

        var select = reader.GetObject("select");
        var input = select.GetString("input");
        if (!inputs.Any(declared => declared.Name == input))
        {
            var nearest = NearestName.Find(input, inputs.Select(declared => declared.Name));
            throw select.Error("input", $"names no input of the recipe: '{input}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }

        if (type is OptionType.Map or OptionType.List or OptionType.Flag)
        {
            throw reader.Error("select", "needs an option with a single value to compare with");
        }

        return new OptionSelect(input, select.GetString("key"));
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();
}
