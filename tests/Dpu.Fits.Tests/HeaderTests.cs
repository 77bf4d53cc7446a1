using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Fits.Tests;

public sealed class HeaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private FitsHeader Read(params string[] cards)
    {
        var path = _folder.File("h.fits");
        File.WriteAllBytes(path, RawFits.Header(["SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    0", .. cards]));
        return FitsReader.ReadPrimaryHeader(path);
    }

    private FitsHeader RoundTrip(FitsHeader header)
    {
        var path = _folder.File("r.fits");
        FitsWriter.Write(path, [new FitsImageHdu(header)]);
        return FitsReader.ReadPrimaryHeader(path);
    }

    [Theory]
    [InlineData("KEY     = 'O''Hara '  / a comment", "O'Hara", "a comment")]
    [InlineData("KEY     = ''", "", "")]
    [InlineData("KEY     = 'with / slash' / c", "with / slash", "c")]
    [InlineData("KEY     =      '  leading stay'", "  leading stay", "")]
    public void Strings_are_read(string card, string value, string comment)
    {
        var header = Read(card);
        header.GetString("KEY").ShouldBe(value);
        header.Single(c => c.Key == "KEY").Comment.ShouldBe(comment);
    }

    [Theory]
    [InlineData("KEY     =                   -7", -7)]
    [InlineData("KEY     = 1.5D3 / Fortran's exponent", 1500)]
    [InlineData("KEY     = +.25", 0.25)]
    [InlineData("KEY     =                 6261.", 6261)]
    [InlineData("KEY     = 1E-40", 1e-40)]
    public void Numbers_are_read(string card, double value) => Read(card).GetDouble("KEY").ShouldBe(value);

    [Theory]
    [InlineData("KEY     = 1.2.3")]
    [InlineData("KEY     = NaN")]
    [InlineData("KEY     = yes")]
    [InlineData("KEY     = 'not closed")]
    public void Values_of_no_kind_are_refused_with_their_card(string card)
    {
        var e = Should.Throw<FitsException>(() => Read(card));
        e.Message.ShouldContain("KEY");
        e.Message.ShouldContain("card 4");
        e.Message.ShouldContain("h.fits");
    }

    [Fact]
    public void A_keyword_without_a_value_is_there_but_has_none()
    {
        var header = Read("KEY     =                      / undefined");
        header.Contains("KEY").ShouldBeTrue();
        header.TryGet("KEY", out _).ShouldBeFalse();
    }

    [Fact]
    public void Hierarch_keywords_are_found_with_and_without_the_prefix()
    {
        var header = Read("HIERARCH ESO DET OUT1 OVSCX = 48 / columns", "HIERARCH ESO DPR TYPE = 'FLAT,SKY' / type");
        header.GetInt64("ESO DET OUT1 OVSCX").ShouldBe(48);
        header.GetInt64("HIERARCH ESO DET OUT1 OVSCX").ShouldBe(48);
        header.GetString("eso dpr type").ShouldBe("FLAT,SKY");
        RoundTrip(header).GetString("ESO DPR TYPE").ShouldBe("FLAT,SKY");
    }

    [Fact]
    public void Continued_strings_are_joined()
    {
        // The example of FITS 4.0, section 4.2.1.2.
        var header = Read(
            "STRKEY  = 'This keyword value is continued &'",
            "CONTINUE  ' over multiple keyword cards.&'",
            "CONTINUE  '' / comment");
        header.GetString("STRKEY").ShouldBe("This keyword value is continued  over multiple keyword cards.");
        header.Single(c => c.Key == "STRKEY").Comment.ShouldBe("comment");
    }

    [Fact]
    public void A_continue_card_that_continues_nothing_is_a_comment()
    {
        var header = Read("KEY     = 'whole'", "CONTINUE  'stray'");
        header.GetString("KEY").ShouldBe("whole");
    }

    [Fact]
    public void The_first_of_repeated_keywords_counts_and_comments_are_all_kept()
    {
        var header = Read("KEY     = 1", "KEY     = 2", "HISTORY first", "HISTORY second", "COMMENT = 3 is no value");
        header.GetInt64("KEY").ShouldBe(1);
        header.Where(c => c.Key == "HISTORY").Select(c => c.Comment).ShouldBe(["first", "second"]);
        header.Single(c => c.Key == "COMMENT").Comment.ShouldBe("= 3 is no value");
    }

    [Fact]
    public void A_header_of_several_blocks_is_read_to_its_end()
    {
        var header = Read([.. Enumerable.Range(0, 500).Select(i => RawFits.Card("K" + i, i))]);
        Enumerable.Range(0, 500).ShouldAllBe(i => header.GetInt64("K" + i) == i);
    }

    [Fact]
    public void Bytes_outside_ascii_do_not_make_a_file_unreadable() => Read("OBSERVER= 'M\u00fcller'").GetString("OBSERVER").ShouldBe("M?ller");

    [Fact]
    public void Copying_a_card_keeps_the_digits_it_was_written_with()
    {
        var header = RoundTrip(Read("KEY     =         5.100689E-05", "BIG     = 123456789012345678901234567890"));
        header.GetString("KEY").ShouldBe("5.100689E-05");
        header.GetString("BIG").ShouldBe("123456789012345678901234567890");
    }

    [Fact]
    public void Any_printable_string_comes_back_without_its_trailing_blanks()
    {
        var printable = Gen.Choose(' ', '~').Select(c => (char)c).ArrayOf().Select(c => new string(c)).Resize(300);
        // Quotes and ampersands are where the coding could go wrong.
        var tricky = Gen.Elements("'", "&", "''", "&'", " ", "a", "/").ListOf().Select(string.Concat).Resize(200);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.OneOf(printable, tricky).ToArbitrary(), text =>
        {
            var header = new FitsHeader();
            header.Set("LONGTEXT", text, "and a comment");
            header.Set("AFTER", 1L);
            var back = RoundTrip(header);
            return back.GetString("LONGTEXT", "") == text.TrimEnd(' ') && back.GetInt64("AFTER") == 1;
        }));
    }

    [Fact]
    public void Any_number_comes_back_to_the_bit()
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<NormalFloat>(), ArbMap.Default.ArbFor<long>(), (real, whole) =>
        {
            var header = new FitsHeader();
            header.Set("REAL", real.Get);
            header.Set("WHOLE", whole);
            header.Set("FLAG", whole % 2 == 0);
            var back = RoundTrip(header);
            return back.GetDouble("REAL") == real.Get && back.GetInt64("WHOLE") == whole && back.GetBool("FLAG") == (whole % 2 == 0);
        }));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void What_a_header_cannot_hold_is_refused(double value) => Should.Throw<FitsException>(() => new FitsHeader().Set("KEY", value));

    [Fact]
    public void Text_that_is_not_ascii_is_refused_with_its_place()
    {
        Should.Throw<FitsException>(() => new FitsHeader().Set("OBSERVER", "M\u00fcller")).Message.ShouldContain("character 2");
        Should.Throw<FitsException>(() => new FitsHeader().Set("OBSERVER", "two\nlines"));
    }

    [Fact]
    public void Setting_again_replaces_in_place_and_keeps_the_comment()
    {
        var header = new FitsHeader();
        header.Set("FIRST", 1L, "kept");
        header.Set("LAST", 2L);
        header.Set("first", 3L);
        header.Select(c => c.Key).ShouldBe(["FIRST", "LAST"]);
        header.First().Comment.ShouldBe("kept");
        header.Remove("FIRST");
        header.GetInt64("LAST").ShouldBe(2);
    }

    [Fact]
    public void Long_history_goes_on_in_further_cards()
    {
        var text = new string('x', 100);
        var header = new FitsHeader();
        header.AddHistory(text);
        string.Concat(RoundTrip(header).Where(c => c.Key == "HISTORY").Select(c => c.Comment)).ShouldBe(text);
    }

    [Fact]
    public void Missing_and_wrong_values_say_where_and_what()
    {
        var header = Read("KEY     = 'text'");
        Should.Throw<FitsException>(() => header.GetDouble("KEY")).Message.ShouldContain("a number is needed");
        Should.Throw<FitsException>(() => header.GetInt64("NONE")).Message.ShouldContain("NONE");
        header.GetDouble("NONE", 4).ShouldBe(4);
    }
}
