using Dpu.Domain.Catalog;
using Dpu.Domain.Ingest;
using Dpu.Domain.Recipes;
using Dpu.Hocon;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Ingest;

public sealed class IngestRulesTests
{
    private const string Rules = """
        rules = [
          {
            name = mosaic
            when { INSTRUME = "MOS*", CCD = "*" }
            type { from = IMAGETYP, map { BIAS = raw-bias, "FLAT,*" = raw-domeflat, "*" = raw-science } }
            metadata {
              instrument = mosaic
              chip = "ccd$CCD"
              filter = "$?FILTER"
              object = ["$TARGET", "$OBJECT", none]
              airmass = ["$AIRMASS", "$?SECZ"]
              exptime = "$EXPTIME"
              gain = 2.5
              checked = false
              date { night-of = [DATE-OBS, MJD-OBS] }
              dateobs { time-of = [DATE-OBS, MJD-OBS] }
            }
          }
          { name = other, when { INSTRUME = "*" }, type = raw-science }
        ]
        """;

    [Fact]
    public void Cards_become_metadata_with_their_types()
    {
        var frame = Classified(
            ("INSTRUME", "MOSAIC"), ("CCD", 5), ("IMAGETYP", "science"), ("FILTER", "#842"), ("OBJECT", "CDF4,B 1"), ("EXPTIME", 60.5), ("SECZ", 1.2),
            ("DATE-OBS", "2000-04-29T01:02:03.456"));

        frame.Rule.ShouldBe("mosaic");
        frame.Type.ShouldBe("raw-science");
        frame.Metadata.ShouldBe(new Dictionary<string, MetadataValue>
        {
            ["airmass"] = MetadataValue.Of(1.2),
            ["checked"] = MetadataValue.Of(false),
            ["chip"] = MetadataValue.Of("ccd5"),
            ["date"] = MetadataValue.Of("2000-04-28"),
            ["dateobs"] = MetadataValue.Of("2000-04-29T01:02:03.456"),
            ["exptime"] = MetadataValue.Of(60.5),
            ["filter"] = MetadataValue.Of("#842"),
            ["gain"] = MetadataValue.Of(2.5),
            ["instrument"] = MetadataValue.Of("mosaic"),
            ["object"] = MetadataValue.Of("CDF4,B 1"),
        });
    }

    [Fact]
    public void What_may_be_missing_is_left_out_or_replaced()
    {
        var frame = Classified(("INSTRUME", "MOS"), ("CCD", "A"), ("IMAGETYP", "BIAS"), ("EXPTIME", 0), ("OBJECT", "  "), ("MJD-OBS", 51662.5));

        frame.Type.ShouldBe("raw-bias");
        frame.Metadata.ContainsKey("filter").ShouldBeFalse();
        frame.Metadata.ContainsKey("airmass").ShouldBeFalse();
        frame.Metadata["object"].ShouldBe(MetadataValue.Of("none"));
        frame.Metadata["chip"].ShouldBe(MetadataValue.Of("ccdA"));
        frame.Metadata["dateobs"].ShouldBe(MetadataValue.Of("2000-04-28T12:00:00.000"));
    }

    [Fact]
    public void The_first_pattern_that_fits_decides_the_type() =>
        Classified(("INSTRUME", "MOS"), ("CCD", 1), ("IMAGETYP", "FLAT,DOME"), ("EXPTIME", 1), ("DATE-OBS", "2000-04-28")).Type.ShouldBe("raw-domeflat");

    [Fact]
    public void The_first_rule_that_fits_decides()
    {
        Classified(("INSTRUME", "WFI")).Rule.ShouldBe("other");
        Classified(("INSTRUME", "MOSAIC")).Rule.ShouldBe("other", "the card CCD must be there for the first");
    }

    [Fact]
    public void A_frame_that_no_rule_fits_is_told_with_the_cards_that_were_looked_at()
    {
        Refused(("CCD", 5), ("IMAGETYP", "BIAS")).ShouldBe("no ingest rule fits this frame; it has no INSTRUME, CCD = '5'");
        Refused().ShouldBe("no ingest rule fits this frame; it has no INSTRUME, no CCD");
    }

    [Fact]
    public void Everything_that_a_frame_lacks_is_told_at_once() =>
        Refused(("INSTRUME", "MOS"), ("CCD", 1), ("DATE-OBS", "yesterday")).ShouldBe(
            "ingest rule mosaic cannot tell its type: there is no card IMAGETYP; cannot tell its exptime: there is no card EXPTIME; "
            + "cannot tell its date: DATE-OBS = 'yesterday' is no time such as 2000-04-28T23:05:00; "
            + "cannot tell its dateobs: DATE-OBS = 'yesterday' is no time such as 2000-04-28T23:05:00");

    [Fact]
    public void A_type_that_the_map_does_not_know_is_told()
    {
        var rules = Read("""rules = [ { name = r, when { A = "*" }, type { from = A, map { x = raw-x, y = raw-y } }, metadata { t { night-of = [B, C] } } } ]""");

        rules.Classify(Cards(("A", "z"))).ShouldBe(new Classification.Refused(
            "ingest rule r cannot tell its type: 'z' is none of x, y; cannot tell its t: there is no card B or C"));
    }

    [Fact]
    public void An_unknown_key_is_an_error_with_its_place() =>
        Errors("rules = [\n  { name = r, when { A = b }, type = t, metdata { }, deflts = 1 }\n]").ShouldBe(
        [
            "ingest.conf:2:41: unknown key r.metdata; did you mean r.metadata?",
            "ingest.conf:2:54: unknown key r.deflts; known here: metadata, name, type, when",
        ]);

    [Theory]
    [InlineData("rules = [ { when { A = b }, type = t } ]", "name is missing")]
    [InlineData("rules = [ { name = r, type = t } ]", "r.when is missing")]
    [InlineData("rules = [ { name = r, when { }, type = t } ]", "r.when is empty: the rule would fit every frame")]
    [InlineData("rules = [ { name = r, when { A = b } } ]", "r.type is missing")]
    [InlineData("rules = [ { name = r, when { A = b }, type { from = A } } ]", "r.type.map is missing")]
    [InlineData("rules = [ { name = r, when { A = b }, type = t, metadata { Chip = x } } ]", "r.metadata.Chip is no metadata key")]
    [InlineData("rules = [ { name = r, when { A = b }, type = t, metadata { date { } } } ]", "r.metadata.date.time-of is missing")]
    [InlineData("rules = [ { name = r, when { A = b }, type = t, metadata { date { night-of = D, night-starts = noon } } } ]", "r.metadata.date.night-starts is the text \"noon\"")]
    [InlineData("rules = [ { name = r, when { A = b }, type = t, metadata { chip = [[x]] } } ]", "r.metadata.chip must be a value")]
    [InlineData("rules = [ wfi ]", "an ingest rule must be an object")]
    [InlineData("rulez = [ ]", "unknown key rulez; did you mean rules?")]
    public void A_rule_that_makes_no_sense_is_refused(string text, string expected)
    {
        var error = Errors(text).ShouldHaveSingleItem();

        error.ShouldStartWith("ingest.conf:1:");
        error.ShouldContain(expected);
    }

    internal static IngestRules Read(string text) => Read(HoconParser.ParseString(text, "ingest.conf"));

    internal static IngestRules Read(HoconObject ingest) => IngestRulesReader.Read(ingest) switch
    {
        Declared<IngestRules>.Valid { Value: var rules } => rules,
        Declared<IngestRules>.Invalid { Errors: var errors } => throw new ShouldAssertException(string.Join('\n', errors)),
        _ => throw new InvalidOperationException("A declaration is valid or not."),
    };

    internal static Func<string, MetadataValue?> Cards(params (string Card, object Value)[] cards)
    {
        var byName = cards.ToDictionary(card => card.Card, card => card.Value switch
        {
            string text => MetadataValue.Of(text),
            bool truth => MetadataValue.Of(truth),
            var number => MetadataValue.Of(Convert.ToDouble(number)),
        });
        return byName.GetValueOrDefault;
    }

    private static string[] Errors(string text) =>
        [.. IngestRulesReader.Read(HoconParser.ParseString(text, "ingest.conf")).ShouldBeOfType<Declared<IngestRules>.Invalid>().Errors];

    private static Classification.Classified Classified(params (string, object)[] cards) => Read(Rules).Classify(Cards(cards)) switch
    {
        Classification.Classified frame => frame,
        Classification.Refused { Reason: var reason } => throw new ShouldAssertException(reason),
        _ => throw new InvalidOperationException("A frame is classified or refused."),
    };

    private static string Refused(params (string, object)[] cards) => Read(Rules).Classify(Cards(cards)).ShouldBeOfType<Classification.Refused>().Reason;
}
