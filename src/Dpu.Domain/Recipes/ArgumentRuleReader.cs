using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads one element of a recipe's <c>arguments</c>: a text, or an object with <c>words</c>, <c>flag</c> or <c>name</c> and <c>value</c>.</summary>
internal sealed class ArgumentRuleReader(TemplateScope scope, ArgumentStyle style)
{
    /// <param name="item">The element.</param>
    /// <param name="path">Its full path.</param>
    public ArgumentRule Read(HoconValue item, HoconPath path) => item switch
    {
        HoconScalar { IsNull: false } word => scope.ProblemOf(word.Text, TemplateUse.Word) is { } problem
            ? throw new HoconException(word.Origin, $"{path} {problem}")
            : new ArgumentRule([word.Text], null, null),
        HoconObject rule => Read(rule, path),
        _ => throw new HoconException(item.Origin, $"{path} must be a text, or an object such as {{ flag = verbose }}, {{ name = id, value = \"tract={{tract}}\" }} or {{ each = science, words = [\"{{path}}\"] }}"),
    };

    private ArgumentRule Read(HoconObject rule, HoconPath path)
    {
        var root = rule;
        foreach (var key in path.Elements.Reverse())
        {
            root = new HoconObject([new HoconField(key, root, rule.Origin)], rule.Origin);
        }

        var whole = new HoconReader(root);
        var read = Read(whole.GetObject(path.ToString()), path);
        whole.EnsureAllKeysUsed();
        return read;
    }

    private ArgumentRule Read(HoconReader reader, HoconPath path)
    {
        var each = reader.GetStringOrDefault("each", null);
        if (each is not null && scope.ProblemOfInputName(each) is { } unknown)
        {
            throw reader.Error("each", unknown);
        }

        var join = reader.GetStringOrDefault("join", null);
        if (join is not null && (each is null || join.Length == 0))
        {
            throw reader.Error("join", each is null ? "needs 'each': the input whose values are joined" : "is empty: nobody could tell the values apart");
        }

        string[] forms = ["words", "flag", "name"];
        var given = forms.Where(reader.Has).ToImmutableArray();
        var words = given switch
        {
            ["words"] => Checked(reader, "words", [.. reader.GetStringList("words")], each),
            ["flag"] => [Template.Literal(style.Name(reader.GetString("flag")))],
            ["name"] => Named(reader, each),
            _ => throw new HoconException(reader.Origin, $"{path} must have exactly one of 'words', 'flag' and 'name'"),
        };
        return new ArgumentRule(words, each, join);
    }

    private ImmutableArray<string> Named(HoconReader reader, string? each)
    {
        var name = reader.GetString("name");
        ImmutableArray<string> values = reader.GetValue("value") is HoconScalar { IsNull: false } ? [reader.GetString("value")] : [.. reader.GetStringList("value")];
        Checked(reader, "value", values, each);
        var shown = Template.Literal(style.Name(name));
        if (!style.JoinsWithEquals(name))
        {
            return [shown, .. values];
        }

        return values.Length == 1
            ? [$"{shown}={values[0]}"]
            : throw reader.Error("value", "has several words, which cannot all follow '='; write them as 'words'");
    }

    private ImmutableArray<string> Checked(HoconReader reader, string key, ImmutableArray<string> words, string? each)
    {
        var use = each is null ? TemplateUse.Word : TemplateUse.WordOfFile;
        return words.IsEmpty ? throw reader.Error(key, "is empty")
            : words.Select(word => scope.ProblemOf(word, use)).FirstOrDefault(problem => problem is not null) is { } mistake ? throw reader.Error(key, mistake)
            : words;
    }
}
