using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads the declaration of one recipe.</summary>
internal sealed class RecipeReader(string name, HoconReader declaration, RetryRules usualRetry, bool sharesTask = false)
{
    private static readonly TimeSpan UsualTime = TimeSpan.FromSeconds(10);

    /// <summary>A detector changes slowly, and is opened a few times a year.</summary>
    private static readonly TimeSpan UsualValidity = TimeSpan.FromDays(30);

    public Recipe Read()
    {
        var inputs = ReadInputs();
        var options = new OptionReader(declaration, "the recipe", [.. inputs.Select(input => input.Name)]).Read();
        var divideBy = declaration.GetStringListOrDefault("divide-by", []).ToImmutableArray();
        if (!divideBy.IsEmpty && inputs.IsEmpty)
        {
            throw declaration.Error("divide-by", "has nothing to divide: declare an input, or leave it out");
        }

        var thirdParty = declaration.GetStringOrDefault("third-party", null);
        var resources = declaration.GetObjectOrEmpty("resources");
        var expected = resources.GetDurationOrDefault("time", UsualTime);
        var outputs = ReadOutputs();
        var outputsOfEach = ReadOutputsOfEach(inputs);
        var scope = new TemplateScope(divideBy, options, inputs, outputs) { SharesTask = sharesTask };
        new FileTemplates(declaration, scope).Check();
        return new Recipe(
            name,
            declaration.GetStringOrDefault("description", ""),
            thirdParty is null || declaration.Has("command") ? ReadCommand(declaration) : [],
            options,
            inputs,
            divideBy,
            new Resources(resources.GetInt32OrDefault("cpus", 1, min: 1), resources.GetSizeOrDefault("memory", 0)),
            expected,
            resources.Has("wall-time") ? resources.GetDuration("wall-time") : null,
            outputs,
            new RuleReader(declaration, usualRetry).Read(expected))
        {
            Arguments = new ArgumentReader(declaration, scope).Read(),
            OutputsOfEach = outputsOfEach,
            Needs = [.. declaration.GetObjects("needs").Select(need => new ProgramNeed(need.Key, need.Value.GetStringOrDefault("package", null)))],
            Parameters = declaration.Has("parameters") ? ReadParameters() : null,
            ThirdParty = thirdParty,
        };
    }

    /// <summary>The program and its first arguments.</summary>
    internal static ImmutableArray<string> ReadCommand(HoconReader reader)
    {
        var command = reader.GetStringList("command").ToImmutableArray();
        return command.IsEmpty || command[0].Length == 0
            ? throw reader.Error("command", "is empty; it names the program and its first arguments, such as [dpu-calibration, reduce]")
            : command;
    }

    private ImmutableArray<RecipeInput> ReadInputs() =>
        [.. declaration.GetObjects("inputs").Select((pair, index) => ReadInput(pair.Key, pair.Value, isDivided: index == 0))];

    /// <summary>One type of file, or a list of them.</summary>
    internal static ImmutableArray<string> ReadTypes(HoconReader reader)
    {
        var types = reader.GetValue("type") is HoconScalar ? [reader.GetString("type")] : reader.GetStringList("type").ToImmutableArray();
        return types.IsEmpty ? throw reader.Error("type", "is empty; an input accepts at least one type of file") : types;
    }

    private static RecipeInput ReadInput(string input, HoconReader reader, bool isDivided)
    {
        var types = ReadTypes(reader);
        var match = reader.GetStringListOrDefault("match", []).ToImmutableArray();
        if (isDivided && !match.IsEmpty)
        {
            throw reader.Error("match", "cannot stand here: the first input is the one that is divided, the others are matched to its groups");
        }

        var pick = ReadPick(reader, isDivided);
        if (pick != InputPick.Valid && reader.Has("valid-for"))
        {
            throw reader.Error("valid-for", "means nothing without pick = valid");
        }

        if (pick == InputPick.Valid && match.IsEmpty)
        {
            throw reader.Error("pick", "is valid, which needs 'match': calibration of any instrument is valid for none");
        }

        return ReadStaging(reader, new RecipeInput(input, types, match, pick, reader.GetBooleanOrDefault("optional", false))
        {
            Query = ReadQuery(reader),
            ValidFor = pick == InputPick.Valid ? reader.GetDurationOrDefault("valid-for", UsualValidity) : TimeSpan.Zero,
            NewestPer = ReadNewestPer(reader, isDivided),
        });
    }

    private static InputPick ReadPick(HoconReader reader, bool isDivided)
    {
        var word = reader.GetOneOfOrDefault("pick", ["all", "latest", "valid"], "all");
        if (isDivided && word != "all")
        {
            throw reader.Error("pick", $"cannot be {word} here: the first input is divided into groups, with all of its files");
        }

        return word switch { "latest" => InputPick.Latest, "valid" => InputPick.Valid, _ => InputPick.All };
    }

    private static ImmutableArray<string> ReadNewestPer(HoconReader reader, bool isDivided)
    {
        var keys = reader.GetStringListOrDefault("newest-per", []).ToImmutableArray();
        return keys.IsEmpty || isDivided
            ? keys
            : throw reader.Error("newest-per", "cannot stand here: of a matched input, pick = latest takes the newest");
    }

    /// <summary>What must hold of files of the catalog, or null.</summary>
    internal static FileQuery? ReadQuery(HoconReader reader)
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

    private static RecipeInput ReadStaging(HoconReader reader, RecipeInput input)
    {
        var staged = input with
        {
            Folder = reader.GetStringOrDefault("folder", null),
            Rename = reader.GetStringOrDefault("rename", null),
            Unpack = reader.GetBooleanOrDefault("unpack", false),
        };
        return staged switch
        {
            { Rename: not null, Folder: null } => throw reader.Error("rename", "needs 'folder': a file that stays where it is keeps its name; folder = \".\" is the work directory"),
            { Unpack: true, Folder: null } => throw reader.Error("unpack", "needs 'folder', in which the archive is unpacked; folder = \".\" is the work directory"),
            { Unpack: true, Rename: not null } => throw reader.Error("rename", "has nothing to name: what an archive holds keeps its names"),
            _ => staged,
        };
    }

    /// <summary>Outputs with <c>each</c>, which names the divided input.</summary>
    private ImmutableArray<string> ReadOutputsOfEach(ImmutableArray<RecipeInput> inputs)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, reader) in declaration.GetObjects("outputs"))
        {
            if (reader.GetStringOrDefault("each", null) is not { } each)
            {
                continue;
            }

            if (inputs.IsEmpty || inputs[0].Name != each)
            {
                var divided = inputs.IsEmpty ? "this recipe has none" : $"here {inputs[0].Name}";
                throw reader.Error("each", $"is '{each}'; expected the input that is divided into groups, {divided}");
            }

            names.Add(name);
        }

        return names.ToImmutable();
    }

    private ImmutableSortedDictionary<string, ProcessParameter> ReadParameters() => declaration.GetObjects("parameters").ToImmutableSortedDictionary(
        pair => pair.Key,
        pair => new ProcessParameter(pair.Key, pair.Value.GetStringOrDefault("default", null), pair.Value.GetStringOrDefault("help", "")),
        StringComparer.Ordinal);

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
}
