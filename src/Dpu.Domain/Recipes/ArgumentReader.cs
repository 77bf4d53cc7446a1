using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads from a recipe's declaration what its command line holds beside the command: <c>hyphens</c>, <c>lists</c>, <c>arguments</c>.</summary>
internal sealed class ArgumentReader(HoconReader declaration, TemplateScope scope)
{
    private static readonly ImmutableSortedDictionary<string, HyphenStyle> Hyphens = new Dictionary<string, HyphenStyle>(StringComparer.Ordinal)
    {
        ["double"] = HyphenStyle.TwoHyphens,
        ["gnu"] = HyphenStyle.Gnu,
        ["single"] = HyphenStyle.OneHyphen,
        ["none"] = HyphenStyle.NoHyphens,
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <exception cref="HoconException">Something is wrong; the message says where.</exception>
    public RecipeArguments Read()
    {
        var style = new ArgumentStyle(
            Hyphens[declaration.GetOneOfOrDefault("hyphens", [.. Hyphens.Keys], "double")],
            declaration.GetOneOfOrDefault("value-separator", ["space", "equals"], "space") == "equals");
        var lists = declaration.GetObjects("lists").Select(pair => ReadList(pair.Key, pair.Value)).ToImmutableArray();
        var items = declaration.GetListOrDefault("arguments", []);
        var places = Enumerable.Range(0, items.Count).Where(index => IsPlaceOfOptions(items[index], index)).ToImmutableArray();
        if (places.Length > 1)
        {
            throw new HoconException(items[places[1]].Origin, $"{PathOf(places[1])} says once more where the options stand");
        }

        var reader = new ArgumentRuleReader(scope with { Lists = [.. lists.Select(list => list.Name)] }, style);
        var split = places.IsEmpty ? 0 : places[0];
        ImmutableArray<ArgumentRule> Rules(int from, int to) => [.. Enumerable.Range(from, to - from).Select(index => reader.Read(items[index], PathOf(index)))];
        return new RecipeArguments(style, Rules(0, split), Rules(places.IsEmpty ? 0 : split + 1, items.Count), lists);
    }

    private HoconPath PathOf(int index) => declaration.Path.Append("arguments").Append(index.ToString(CultureInfo.InvariantCulture));

    /// <summary><c>{ options = all }</c>: the recipe's own options stand here.</summary>
    private bool IsPlaceOfOptions(HoconValue item, int index)
    {
        if (item is not HoconObject place || place.FieldOf("options") is not { } field)
        {
            return false;
        }

        return place.Count == 1 && field.Value is HoconScalar { Text: "all" }
            ? true
            : throw new HoconException(field.AssignedAt, $"{PathOf(index)} must be {{ options = all }}: where the recipe's own options stand");
    }

    private ListRule ReadList(string name, HoconReader reader)
    {
        var rule = new ListRule(
            name,
            reader.GetString("file"),
            reader.GetString("input"),
            [.. reader.GetStringListOrDefault("columns", ["{path}"])],
            reader.GetStringOrDefault("separator", " "));
        if (scope.ProblemOf(rule.FileName, TemplateUse.ListName) is { } problem)
        {
            throw reader.Error("file", problem);
        }

        if (scope.ProblemOfInputName(rule.Input) is { } unknown)
        {
            throw reader.Error("input", unknown);
        }

        if (rule.Columns.IsEmpty)
        {
            throw reader.Error("columns", "is empty; a line holds at least one value, such as \"{path}\"");
        }

        if (rule.Separator.Length == 0 || rule.Separator.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
        {
            throw reader.Error("separator", "must be a text within a line, such as \" \" or \",\"");
        }

        return rule.Columns.Select(column => scope.ProblemOf(column, TemplateUse.WordOfFile)).FirstOrDefault(wrong => wrong is not null) is { } mistake
            ? throw reader.Error("columns", mistake)
            : rule;
    }
}
