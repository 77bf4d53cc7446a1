using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>Properties over generated documents.</summary>
public sealed class JsonPropertyTests
{
    /// <summary>Longest text and widest object or array of a document; with the levels this keeps documents to some hundred values.</summary>
    private const int SizeMax = 6;

    private static readonly Gen<string> Text = Gen.ArrayOf(Gen.Frequency(
        (6, Gen.Choose(' ', '~').Select(c => (char)c)),
        (2, Gen.Elements('\n', '\t', '"', '\\', '$', '{', '}', '.', '/', '#', '+', ':', '=')),
        (2, Gen.Choose(0, 0xffff).Select(c => (char)c)))).Select(chars => new string(chars));

    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Choose(int.MinValue, int.MaxValue).Select(n => n.ToString(CultureInfo.InvariantCulture)),
        Gen.Choose(-99999, 99999).Select(n => (n / 64.0).ToString("R", CultureInfo.InvariantCulture)),
        Gen.Elements("0", "-0", "1e5", "1E+5", "2.5e-3", "-1.0E05"));

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Any_json_document_means_itself() =>
        Check.One(Runs, Prop.ForAll(Document(4).Resize(SizeMax).ToArbitrary(), json =>
        {
            string parsed = HoconJson.ToJson(HoconParser.ParseDocument(json, "test"), indented: json.Length % 2 == 0);
            return WithoutBlanks(parsed) == WithoutBlanks(json);
        }));

    [Fact]
    public void What_is_written_parses_to_itself() =>
        Check.One(Runs, Prop.ForAll(Document(3).Resize(SizeMax).ToArbitrary(), json =>
        {
            string once = HoconParser.ParseDocument(json, "test").ToString();
            return HoconParser.ParseDocument(once, "again").ToString() == once;
        }));

    [Fact]
    public void Any_json_that_another_parser_reads_is_read_the_same() =>
        Check.One(Runs, Prop.ForAll(Document(3).Resize(SizeMax).Where(IsEncodable).ToArbitrary(), json =>
            JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(HoconParser.ParseDocument(json, "test").ToString()))));

    [Fact]
    public void Any_keys_make_a_path_that_parses_to_itself() =>
        Check.One(Runs, Prop.ForAll(Gen.NonEmptyListOf(Text).ToArbitrary(), keys =>
        {
            HoconPath path = HoconPath.Of([.. keys]);
            return HoconPath.Parse(path.ToString()).Equals(path);
        }));

    [Fact]
    public void Any_text_is_read_or_refused() =>
        Check.One(Runs.WithMaxTest(3000), Prop.ForAll(Snippets.ToArbitrary(), text =>
            Record.Exception(() => HoconParser.ParseString(text, "test")).ShouldBeNoneOrARefusal()));

    [Fact]
    public void An_error_lies_within_the_text() =>
        Check.One(Runs.WithMaxTest(3000), Prop.ForAll(Snippets.ToArbitrary(), text =>
        {
            if (Record.Exception(() => HoconParser.ParseString(text, "test")) is HoconException e)
            {
                string[] lines = text.Split('\n');
                e.Line.ShouldBeInRange(1, lines.Length);
                e.Column.ShouldBeInRange(1, lines[e.Line - 1].Length + 1);
            }
        }));

    [Fact]
    public void Sources_substitutions_and_duplicate_keys_merge_alike() =>
        Check.One(Runs, Prop.ForAll(Object(3).Resize(SizeMax).Where(IsEncodable).ToArbitrary(), Object(3).Resize(SizeMax).Where(IsEncodable).ToArbitrary(), (lower, upper) =>
        {
            HoconObject merged = HoconConfig.Load([HoconSource.Text(lower, "lower"), HoconSource.Text(upper, "upper")]);
            HoconObject joined = HoconParser.ParseString($"l = {lower}, u = {upper}, joined = ${{l}} ${{u}}, again = {lower}, again = {upper}", "test");
            JsonNode expected = Merged(JsonNode.Parse(lower)!, JsonNode.Parse(upper)!);
            return new[] { merged, joined["joined"], joined["again"] }.All(value => JsonNode.DeepEquals(JsonNode.Parse(value.ToString()), expected));
        }));

    /// <summary>Pieces of syntax in any order: most are wrong somewhere, in every possible way.</summary>
    private static Gen<string> Snippets => Gen.ArrayOf(Gen.Elements(
        "a", "b", "a.b", ".", "\"q\"", "\"\"\"t\"\"\"", "\"", "1", "1e+5", "true", "null", " ", " ", "\n", "\n", ",", "=", "=", ":", "+=", "{", "{", "}", "}", "[", "]",
        "${a}", "${?a}", "${b.a}", "${", "?", "$", "include", "#c", "//", "\\", "é", "\ud800")).Select(string.Concat);

    private static Gen<string> Document(int depth) => Gen.OneOf(Object(depth), Array(depth));

    private static Gen<string> Value(int depth) => depth == 0
        ? Scalar
        : Gen.Frequency((4, Scalar), (1, Gen.Constant(0).SelectMany(_ => Object(depth - 1))), (1, Gen.Constant(0).SelectMany(_ => Array(depth - 1))));

    private static Gen<string> Scalar => Gen.OneOf(Text.Select(Quoted), Number, Gen.Elements("true", "false", "null"));

    private static Gen<string> Array(int depth) => Gen.ArrayOf(Value(depth), 3).Select(items => $"[{string.Join(" ,", items)}]");

    private static Gen<string> Object(int depth) =>
        from keys in Gen.ArrayOf(Gen.OneOf(Text, Gen.Elements("a", "b", "c")))
        from values in Gen.ArrayOf(Value(depth), keys.Length)
        select "{" + string.Join(", \n", keys.Distinct().Zip(values, (key, value) => $"{Quoted(key)} :{value}")) + "}";

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            quoted.Append(c is '"' or '\\' ? "\\" + c : c is < ' ' or > '~' ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The same document with the same escapes and no whitespace outside strings.</summary>
    private static string WithoutBlanks(string json)
    {
        var kept = new StringBuilder();
        for (int i = 0; i < json.Length; i++)
        {
            if (json[i] == '"')
            {
                int end = i + 1;
                while (json[end] != '"')
                {
                    end += json[end] == '\\' ? 2 : 1;
                }

                kept.Append(Quoted(Unquoted(json[(i + 1)..end])));
                i = end;
            }
            else if (json[i] is not (' ' or '\n'))
            {
                kept.Append(json[i]);
            }
        }

        return kept.ToString();
    }

    private static string Unquoted(string escaped)
    {
        var text = new StringBuilder();
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            char c = escaped[++i];
            text.Append(c switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)int.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                _ => c,
            });
            i += c == 'u' ? 4 : 0;
        }

        return text.ToString();
    }

    /// <summary>Half a surrogate pair is text to us, and an error to the other parser.</summary>
    private static bool IsEncodable(string json)
    {
        try
        {
            return JsonNode.Parse(json)!.ToJsonString().Length > 0;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static JsonNode Merged(JsonNode lower, JsonNode upper)
    {
        if (lower is not JsonObject below || upper is not JsonObject above)
        {
            return upper.DeepClone();
        }

        var merged = (JsonObject)below.DeepClone();
        foreach ((string key, JsonNode? value) in above)
        {
            merged[key] = merged[key] is { } old && value is not null ? Merged(old, value) : value?.DeepClone();
        }

        return merged;
    }
}
