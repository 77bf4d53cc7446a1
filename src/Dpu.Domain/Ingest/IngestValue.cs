using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Ingest;

/// <summary>What became of reading one value from a header.</summary>
internal abstract record IngestReading
{
    private IngestReading()
    {
    }

    public static IngestReading LeftOut { get; } = new Nothing();

    public sealed record Found(MetadataValue Value) : IngestReading;

    /// <summary>The frame does not say, and need not.</summary>
    public sealed record Nothing : IngestReading;

    /// <param name="Problem">Reads on after "cannot tell 'chip': ".</param>
    public sealed record Failed(string Problem) : IngestReading;
}

/// <summary>How a value is found in a header.</summary>
public abstract record IngestValue
{
    private IngestValue()
    {
    }

    internal abstract IngestReading Read(CardLookup cards);

    /// <summary>Always the same.</summary>
    public sealed record Constant(MetadataValue Value) : IngestValue
    {
        internal override IngestReading Read(CardLookup cards) => new IngestReading.Found(Value);
    }

    /// <summary>A card's value with its type: <c>$CARD</c>, or <c>$?CARD</c> when it may be missing.</summary>
    public sealed record Card(string Name, bool Optional) : IngestValue
    {
        internal override IngestReading Read(CardLookup cards) =>
            cards.Find(Name) is { } value ? new IngestReading.Found(value)
            : Optional ? IngestReading.LeftOut
            : new IngestReading.Failed($"there is no card {Name}");
    }

    /// <summary>Text around cards' values: <c>ccd$CCD</c>.</summary>
    public sealed record Joined(ImmutableArray<IngestValue> Parts) : IngestValue
    {
        internal override IngestReading Read(CardLookup cards)
        {
            var parts = Parts.Select(part => part.Read(cards)).ToImmutableArray();
            return parts.FirstOrDefault(part => part is not IngestReading.Found)
                ?? new IngestReading.Found(MetadataValue.Of(string.Concat(parts.Cast<IngestReading.Found>().Select(part => part.Value.Text))));
        }
    }

    /// <summary>The first that is there.</summary>
    public sealed record FirstOf(ImmutableArray<IngestValue> Choices) : IngestValue
    {
        internal override IngestReading Read(CardLookup cards)
        {
            var readings = Choices.Select(choice => choice.Read(cards)).ToImmutableArray();
            return readings.FirstOrDefault(reading => reading is IngestReading.Found)
                ?? readings.FirstOrDefault(reading => reading is IngestReading.Nothing)
                ?? new IngestReading.Failed(string.Join(", ", readings.Cast<IngestReading.Failed>().Select(reading => reading.Problem)));
        }
    }

    /// <summary>A time from the first of the cards that is there: as the night's date, or in ISO form.</summary>
    /// <param name="Cards">Names of cards, <c>DATE-OBS</c> or <c>MJD-OBS</c>.</param>
    /// <param name="NightStarts">UTC time of day at which a new night's date begins; null for the time itself.</param>
    public sealed record Time(ImmutableArray<string> Cards, TimeSpan? NightStarts) : IngestValue
    {
        internal override IngestReading Read(CardLookup cards)
        {
            var found = Cards.Select(name => (Name: name, Value: cards.Find(name))).FirstOrDefault(card => card.Value is not null);
            if (found.Value is null)
            {
                return new IngestReading.Failed($"there is no card {string.Join(" or ", Cards)}");
            }

            return CardTime.Read(found.Value) is { } time
                ? new IngestReading.Found(MetadataValue.Of(NightStarts is { } starts ? time.NightOf(starts) : time.Iso))
                : new IngestReading.Failed($"{found.Name} = '{found.Value.Text}' is no time such as 2000-04-28T23:05:00");
        }
    }
}

/// <summary>Looks up cards; a blank text says no more than a missing card.</summary>
internal sealed class CardLookup(Func<string, MetadataValue?> cards)
{
    public MetadataValue? Find(string name) =>
        cards(name) is { } value && !(value is MetadataValue.OfText && string.IsNullOrWhiteSpace(value.Text)) ? value : null;
}
