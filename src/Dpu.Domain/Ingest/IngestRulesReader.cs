using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Ingest;

/// <summary>Reads ingest rules from their declarations under <c>dpu.ingest</c>. An unknown key is an error.</summary>
public static partial class IngestRulesReader
{
    /// <summary>Where the rules are declared.</summary>
    public const string Section = "dpu.ingest";

    /// <param name="ingest">The object at <see cref="Section"/>.</param>
    /// <returns>The rules, or the first error of each rule that has one.</returns>
    public static Declared<IngestRules> Read(HoconObject ingest)
    {
        var rules = ImmutableArray.CreateBuilder<IngestRule>();
        var errors = ImmutableArray.CreateBuilder<string>();
        void Collect(Action read)
        {
            try
            {
                read();
            }
            catch (HoconException error)
            {
                // Several unknown keys come as one error, a line each.
                errors.AddRange(error.Message.Split('\n'));
            }
        }

        Collect(() =>
        {
            var section = new HoconReader(ingest);
            foreach (var value in section.GetListOrDefault("rules", []))
            {
                Collect(() => rules.Add(ReadRule(value)));
            }

            section.EnsureAllKeysUsed();
        });
        return errors.Count == 0
            ? new Declared<IngestRules>.Valid(new IngestRules(rules.ToImmutable()))
            : new Declared<IngestRules>.Invalid(errors.ToImmutable());
    }

    private static IngestRule ReadRule(HoconValue value)
    {
        var declaration = value as HoconObject ?? throw new HoconException(value.Origin, "an ingest rule must be an object such as { name = wfi, when { INSTRUME = WFI } … }");
        var name = new HoconReader(declaration).GetString("name");

        // Under its name, so that errors tell which rule of the list they mean.
        var whole = new HoconReader(new HoconObject([new HoconField(name, declaration, declaration.Origin)], declaration.Origin));
        var reader = whole.GetObject(HoconPath.Of(name).ToString());
        var when = reader.GetObject("when");
        var rule = new IngestRule(
            reader.GetString("name"),
            [.. when.Keys.Select(card => new CardCondition(card, when.GetString(HoconPath.Of(card).ToString())))],
            ReadType(reader),
            ReadMetadata(reader.GetObjectOrEmpty("metadata")));
        whole.EnsureAllKeysUsed();
        return rule.When.IsEmpty ? throw reader.Error("when", "is empty: the rule would fit every frame") : rule;
    }

    private static IngestType ReadType(HoconReader rule)
    {
        if (rule.GetValue("type") is HoconScalar constant)
        {
            return new IngestType(ReadText(constant), []);
        }

        var type = rule.GetObject("type");
        var map = type.GetObject("map");
        return new IngestType(
            new IngestValue.Card(type.GetString("from"), Optional: false),
            [.. map.Keys.Select(pattern => KeyValuePair.Create(pattern, map.GetString(HoconPath.Of(pattern).ToString())))]);
    }

    private static ImmutableArray<KeyValuePair<string, IngestValue>> ReadMetadata(HoconReader metadata) =>
        [.. metadata.Keys.Select(key => KeyValuePair.Create(Key(metadata, key), ReadValue(metadata, HoconPath.Of(key).ToString())))];

    private static string Key(HoconReader metadata, string key) => MetadataKey().IsMatch(key)
        ? key
        : throw metadata.Error(HoconPath.Of(key).ToString(), "is no metadata key: lower-case letters, digits, '_' and '-', a letter first");

    private static IngestValue ReadValue(HoconReader metadata, string path)
    {
        switch (metadata.GetValue(path))
        {
            case HoconObject:
                return ReadTime(metadata.GetObject(path));
            case HoconArray { Count: > 0 } choices when choices.Items.All(item => item is HoconScalar { IsNull: false }):
                return new IngestValue.FirstOf([.. choices.Items.Cast<HoconScalar>().Select(ReadText)]);
            case HoconScalar scalar:
                return ReadText(scalar);
            default:
                throw metadata.Error(path, "must be a value, a list of values of which the first that is there counts, or { night-of = [DATE-OBS] }");
        }
    }

    private static IngestValue.Time ReadTime(HoconReader time)
    {
        var isNight = time.Has("night-of");
        var path = isNight ? "night-of" : "time-of";
        var cards = time.GetValue(path) is HoconScalar ? [time.GetString(path)] : time.GetStringList(path).ToImmutableArray();
        return isNight
            ? new IngestValue.Time(cards, time.GetDurationOrDefault("night-starts", TimeSpan.FromHours(12)))
            : new IngestValue.Time(cards, null);
    }

    /// <summary>A scalar as it stands; in a text <c>$CARD</c> and <c>$?CARD</c> stand for cards.</summary>
    private static IngestValue ReadText(HoconScalar scalar)
    {
        var cards = Placeholder().Matches(scalar.Text);
        if (scalar.Kind != HoconScalarKind.Text || cards.Count == 0)
        {
            return new IngestValue.Constant(ConstantOf(scalar));
        }

        if (cards[0].Length == scalar.Text.Length)
        {
            return CardOf(cards[0]);
        }

        var parts = ImmutableArray.CreateBuilder<IngestValue>();
        var at = 0;
        foreach (Match card in cards)
        {
            AddText(parts, scalar.Text[at..card.Index]);
            parts.Add(CardOf(card));
            at = card.Index + card.Length;
        }

        AddText(parts, scalar.Text[at..]);
        return new IngestValue.Joined(parts.ToImmutable());
    }

    private static void AddText(ImmutableArray<IngestValue>.Builder parts, string text)
    {
        if (text.Length > 0)
        {
            parts.Add(new IngestValue.Constant(MetadataValue.Of(text)));
        }
    }

    private static IngestValue.Card CardOf(Match match) => new(match.Groups["card"].Value, match.Groups["optional"].Length > 0);

    private static MetadataValue ConstantOf(HoconScalar scalar) => scalar.Kind switch
    {
        HoconScalarKind.Boolean => MetadataValue.Of(scalar.Text == "true"),
        HoconScalarKind.Number => MetadataValue.Of(double.Parse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture)),
        _ => MetadataValue.Of(scalar.Text),
    };

    /// <summary>Keywords of FITS: capitals, digits, hyphen and underscore.</summary>
    [GeneratedRegex(@"\$(?<optional>\??)(?<card>[A-Z0-9_-]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[a-z][a-z0-9_-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex MetadataKey();
}
