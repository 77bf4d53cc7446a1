using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Ingest;

/// <summary>A card must be there and fit; <c>?</c> and <c>*</c> match.</summary>
public sealed record CardCondition(string Card, string Pattern);

/// <summary>How the catalog type of a frame is found.</summary>
/// <param name="From">What is read.</param>
/// <param name="Map">Pattern → type, the first that fits; empty when the value is the type itself.</param>
public sealed record IngestType(IngestValue From, ImmutableArray<KeyValuePair<string, string>> Map);

/// <summary>How the header of one kind of frame is read.</summary>
/// <param name="Name">For messages.</param>
/// <param name="When">All must hold.</param>
/// <param name="Type">The catalog type.</param>
/// <param name="Metadata">Key → where its value comes from.</param>
public sealed record IngestRule(
    string Name,
    ImmutableArray<CardCondition> When,
    IngestType Type,
    ImmutableArray<KeyValuePair<string, IngestValue>> Metadata);

/// <summary>What the rules make of a frame.</summary>
public abstract record Classification
{
    private Classification()
    {
    }

    /// <param name="Rule">The rule that fitted.</param>
    /// <param name="Type">The catalog type.</param>
    /// <param name="Metadata">What later selections see.</param>
    public sealed record Classified(string Rule, string Type, ImmutableSortedDictionary<string, MetadataValue> Metadata) : Classification;

    /// <param name="Reason">One sentence for people, with the cards that were looked at.</param>
    public sealed record Refused(string Reason) : Classification;
}

/// <summary>Turns the header of a raw frame into catalog metadata: the first rule that fits decides.</summary>
public sealed record IngestRules(ImmutableArray<IngestRule> Rules)
{
    /// <param name="cards">The value of a card by its keyword, or null when there is none.</param>
    public Classification Classify(Func<string, MetadataValue?> cards)
    {
        var lookup = new CardLookup(cards);
        var rule = Rules.FirstOrDefault(rule => rule.When.All(condition => Fits(condition, lookup)));
        return rule is null ? new Classification.Refused(NoRule(lookup)) : Apply(rule, lookup);
    }

    private static bool Fits(CardCondition condition, CardLookup cards) =>
        cards.Find(condition.Card) is { } value && Wildcard.Matches(condition.Pattern, value.Text);

    private string NoRule(CardLookup cards)
    {
        var looked = Rules
            .SelectMany(rule => rule.When)
            .Select(condition => condition.Card)
            .Distinct(StringComparer.Ordinal)
            .Select(card => cards.Find(card) is { } value ? $"{card} = '{value.Text}'" : $"no {card}");
        return $"no ingest rule fits this frame; it has {string.Join(", ", looked)}";
    }

    private static Classification Apply(IngestRule rule, CardLookup cards)
    {
        var problems = new List<string>();
        var type = TypeOf(rule.Type, cards, problems);
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, MetadataValue>(StringComparer.Ordinal);
        foreach (var (key, source) in rule.Metadata)
        {
            switch (source.Read(cards))
            {
                case IngestReading.Found found:
                    metadata[key] = found.Value;
                    break;
                case IngestReading.Failed failed:
                    problems.Add($"cannot tell its {key}: {failed.Problem}");
                    break;
                case IngestReading.Nothing:
                    break;
                default:
                    throw new InvalidOperationException("A value is found, left out, or failed.");
            }
        }

        return problems.Count == 0
            ? new Classification.Classified(rule.Name, type, metadata.ToImmutable())
            : new Classification.Refused($"ingest rule {rule.Name} {string.Join("; ", problems)}");
    }

    private static string TypeOf(IngestType type, CardLookup cards, List<string> problems)
    {
        if (type.From.Read(cards) is not IngestReading.Found { Value.Text: var text })
        {
            var problem = type.From.Read(cards) is IngestReading.Failed failed ? failed.Problem : "nothing says it";
            problems.Add($"cannot tell its type: {problem}");
            return "";
        }

        if (type.Map.IsEmpty)
        {
            return text;
        }

        var mapped = type.Map.FirstOrDefault(pair => Wildcard.Matches(pair.Key, text)).Value;
        if (mapped is null)
        {
            problems.Add($"cannot tell its type: '{text}' is none of {string.Join(", ", type.Map.Select(pair => pair.Key))}");
        }

        return mapped ?? "";
    }
}
