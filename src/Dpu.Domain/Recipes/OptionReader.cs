using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads the options that a recipe or a pipeline declares.</summary>
/// <param name="declaration">The recipe or the pipeline.</param>
/// <param name="owner">What the declaration is of: <c>the recipe</c>.</param>
/// <param name="inputs">What its options may select from.</param>
internal sealed partial class OptionReader(HoconReader declaration, string owner, ImmutableArray<string> inputs)
{
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

    public ImmutableArray<RecipeOption> Read()
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        var options = ImmutableArray.CreateBuilder<RecipeOption>();
        foreach (var (longName, reader) in declaration.GetObjects("options"))
        {
            var option = ReadOption(longName, reader);
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

    private RecipeOption ReadOption(string longName, HoconReader reader)
    {
        var type = Types[reader.GetOneOf("type", TypeNames)];
        var required = reader.GetBooleanOrDefault("required", false);
        if (required && reader.Has("default"))
        {
            throw reader.Error("default", "is never used: the option is required");
        }

        var shortName = reader.GetStringOrDefault("short", null);
        return new RecipeOption(longName, shortName, type, ReadDefault(reader, type), required, reader.GetStringOrDefault("help", ""), ReadSelect(reader, type))
        {
            OnCommandLine = reader.GetBooleanOrDefault("on-command-line", true),
        };
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

    private OptionSelect? ReadSelect(HoconReader reader, OptionType type)
    {
        if (!reader.Has("select"))
        {
            return null;
        }

        var select = reader.GetObject("select");
        var input = select.GetString("input");
        if (!inputs.Contains(input, StringComparer.Ordinal))
        {
            var nearest = NearestName.Find(input, inputs);
            throw select.Error("input", $"names no input of {owner}: '{input}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }

        if (type is OptionType.Map or OptionType.Flag)
        {
            throw reader.Error("select", "needs an option with a single value to compare with, or a list of files");
        }

        if (type == OptionType.List)
        {
            return select.Has("key") ? throw select.Error("key", "cannot stand here: a list names files by name, path or id") : new OptionSelect(input, null);
        }

        return new OptionSelect(input, select.GetString("key"));
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();
}
