using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Catalog;

public sealed class FileQueryTests
{
    private static readonly CatalogFile Frame = new(
        "raw-1",
        "HSC (1) a&b.fits",
        "/raw/../x.fits",
        1,
        "",
        "raw-science",
        new Dictionary<string, MetadataValue>(StringComparer.Ordinal)
        {
            ["visit"] = MetadataValue.Of(903344),
            ["chip"] = MetadataValue.Of("ccd50"),
            ["filter"] = MetadataValue.Of("HSC-R"),
            ["object"] = MetadataValue.Of("M 31"),
            ["patch"] = MetadataValue.Of("8,6"),
            ["exptime"] = MetadataValue.Of(60.5),
            ["time"] = MetadataValue.Of("2000-04-28T23:15:00"),
            ["good"] = MetadataValue.Of(true),
            ["note"] = MetadataValue.Of("(a|b)"),
            ["span"] = MetadataValue.Of("1..5"),
            ["tile"] = MetadataValue.Of("007"),
        }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        new AttemptId(new JobId(12), 3, 1),
        true,
        DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData("", true)]
    [InlineData("chip=ccd50 patch=8,6", true)]
    [InlineData("chip=ccd5? filter=*R", true)]
    [InlineData("chip=ccd51", false)]
    [InlineData("object=\"M 31\"", true)]
    [InlineData("\"object=M 31\"", true)]
    [InlineData("a&b", true)]
    [InlineData("raw-1", true)]
    [InlineData("raw", false)]
    [InlineData("type=raw-science job=12 committed=true id=raw-1 step=Reduce", true)]
    [InlineData("name=\"HSC (1) a&b.fits\"", true)]
    [InlineData("name=*(1)*", true)]
    [InlineData("(name=*(1)*)", true)]
    public void Old_queries_mean_what_they_meant(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("committed=maybe")]
    [InlineData("committed!=1")]
    [InlineData("committed=(true|yes)")]
    [InlineData("committed=a..b")]
    public void Committed_is_true_or_false(string query) =>
        Should.Throw<FormatException>(() => FileQuery.Parse(query)).Message.ShouldContain("'committed' is true or false");

    [Theory]
    [InlineData("committed=(true|false)", true)]
    [InlineData("committed=t*", true)]
    [InlineData("committed!=true", false)]
    public void Committed_is_found_by_what_it_is(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("visit>903343 visit<903345 visit>=903344 visit<=903344", true)]
    [InlineData("visit>903344", false)]
    [InlineData("exptime>9", true)]
    [InlineData("exptime<1e2", true)]
    [InlineData("exptime<=60.49", false)]
    [InlineData("chip<ccd100", true)]
    [InlineData("chip>ccd9", true)]
    [InlineData("time>=2000-04-28 time<2000-04-29", true)]
    [InlineData("time<2000-04-28", false)]
    [InlineData("missing<5", false)]
    public void Numbers_compare_as_numbers_and_texts_as_people_count(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("exptime=60.50", true)]
    [InlineData("exptime=6.05e1", true)]
    [InlineData("visit=903344.0", true)]
    [InlineData("tile=7", false)]
    [InlineData("tile=007", true)]
    [InlineData("tile>=7 tile<=7", true)]
    [InlineData("good=1", false)]
    public void A_number_is_found_however_it_is_written_and_a_text_only_as_it_is(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("filter=(HSC-R|HSC-I)", true)]
    [InlineData("filter=( HSC-I | HSC-R )", true)]
    [InlineData("filter=(HSC-I|HSC-G)", false)]
    [InlineData("object=(M 31|M 33)", true)]
    [InlineData("patch=(8,5|8,6)", true)]
    [InlineData("patch=(8|6)", false)]
    [InlineData("chip=(ccd4?|ccd5?)", true)]
    [InlineData("visit=(1..5|903344)", true)]
    [InlineData("note=\"(a|b)\"", true)]
    [InlineData("note=(\"(a|b)\")", true)]
    [InlineData("note=((a|b)|c)", true)]
    [InlineData("visit=903332..903346", true)]
    [InlineData("visit=903332..903343", false)]
    [InlineData("visit=\"903332\"..903346", true)]
    [InlineData("span=\"1..5\"", true)]
    [InlineData("span=\"1..\"", false)]
    [InlineData("span=../x", false)]
    [InlineData("span=x/..", false)]
    [InlineData("span=..", false)]
    [InlineData("span=1..5", true)] // as "1..5" lies between "1" and "5"
    [InlineData("path=/raw/../x.fits", true)]
    [InlineData("path=../x.fits", false)]
    public void Lists_and_ranges(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("chip!=ccd51", true)]
    [InlineData("chip!=ccd5?", false)]
    [InlineData("missing!=1", false)]
    [InlineData("not missing=1", true)]
    [InlineData("not missing=*", true)]
    [InlineData("visit!=1..5", true)]
    [InlineData("visit!=(5|903344)", false)]
    public void Other_than_needs_the_key_and_not_does_not(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("chip=1 or filter=HSC-R", true)]
    [InlineData("chip=1 filter=HSC-R or chip=ccd50", true)]
    [InlineData("chip=ccd50 or chip=1 filter=HSC-I", true)]
    [InlineData("(chip=ccd50 or chip=1) filter=HSC-I", false)]
    [InlineData("(chip=ccd50 or chip=1) and filter=HSC-R", true)]
    [InlineData("not (chip=1 or chip=2)", true)]
    [InlineData("not(chip=ccd50)", false)]
    [InlineData("not not chip=ccd50", true)]
    [InlineData("NOT chip=1 AND filter=HSC-R", true)]
    [InlineData("\"or\"", false)]
    [InlineData("chip=or", false)]
    public void Or_binds_less_than_and_and_not_binds_most(string query, bool expected) => Matches(query).ShouldBe(expected);

    [Theory]
    [InlineData("a=\"b", "character 3", "not closed")]
    [InlineData("chip=1 =b", "character 8", "no key before '='")]
    [InlineData("visit >= 5", "character 7", "without blanks")]
    [InlineData("visit>= 5", "character 8", "a value is missing")]
    [InlineData("visit>(1|2)", "character 7", "not a list")]
    [InlineData("chip<ccd?", "character 6", "not a pattern")]
    [InlineData("visit=5..3", "character 7", "3..5")]
    [InlineData("visit=5..", "character 7", "key>=5")]
    [InlineData("visit!=..5", "character 8", "key<=5")]
    [InlineData("visit=(1|5..)", "character 10", "key>=5")]
    [InlineData("visit=a*..b", "character 7", "not patterns")]
    [InlineData("(a=1 or b=2", "character 1", "not closed")]
    [InlineData("a=1)", "character 4", "closes nothing")]
    [InlineData("a=(1|2", "character 3", "not closed")]
    [InlineData("a=(1||2)", "character 6", "empty")]
    [InlineData("a=(1|2)3", "character 8", "a blank is due")]
    [InlineData("a=1 or", "character 7", "a term is missing")]
    [InlineData("a=1 and and b=2", "character 9", "a term is missing")]
    [InlineData("not", "character 4", "a term is missing")]
    [InlineData("()", "character 2", "a term is missing")]
    public void A_wrong_query_says_where_and_what_would_be_right(string query, string where, string what)
    {
        var message = Should.Throw<FormatException>(() => FileQuery.Parse(query)).Message;
        message.ShouldContain(where + ":");
        message.ShouldContain(what);
    }

    [Fact]
    public void Nobody_fills_the_stack_or_the_database()
    {
        foreach (var hostile in new[] { new string('(', 10_000), string.Concat(Enumerable.Repeat("not ", 4_000)), string.Concat(Enumerable.Repeat("a=1 or ", 500)), new string('a', 20_000) })
        {
            Should.Throw<FormatException>(() => FileQuery.Parse(hostile));
        }
    }

    [Fact]
    public void What_is_written_is_read_again() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Queries.ToArbitrary(), query => FileQuery.Parse(query.ToString()).ToString() == query.ToString()));

    [Fact]
    public void Any_value_can_be_asked_for() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(WickedText.Arbitrary, text =>
        {
            var file = Frame with { Metadata = Frame.Metadata.SetItem("object", MetadataValue.Of(text)) };
            return FileQuery.Parse($"object={FileQueryText.Quote(text)} object!=\"{"other"}\"").Matches(file);
        }));

    private static Gen<FileQuery> Queries { get; } = Gen.Sized(size => Query(Math.Min(size, 3)));

    private static Gen<FileQuery> Query(int depth)
    {
        var text = WickedText.Arbitrary.Generator;
        var key = Gen.Elements("a", "M 31", "or");
        var value = Gen.OneOf(
            text.Select(static QueryValue (t) => new QueryValue.Pattern(t)),
            Gen.Elements<QueryValue>(new QueryValue.Range("1", "2.5"), new QueryValue.Range("a b", "a c"), new QueryValue.Range("x.", "x.y"), new QueryValue.Range("M*", "M?")));
        var leaf = Gen.OneOf(
            text.Where(static t => !t.AsSpan().ContainsAny('=', '<', '>')).Select(static FileQuery (t) => new FileQuery.Word(t)),
            from k in key from v in value.NonEmptyListOf() from negated in Gen.Elements(true, false) select (FileQuery)new FileQuery.Has(k, [.. v], negated),
            from k in key from order in Gen.Elements(Enum.GetValues<QueryOrder>()) from v in text select (FileQuery)new FileQuery.Compared(k, order, v));
        if (depth == 0)
        {
            return leaf;
        }

        var two = Query(depth - 1).Two();
        return Gen.OneOf(
            leaf,
            two.Select(static FileQuery (pair) => new FileQuery.All([pair.Item1, pair.Item2])),
            two.Select(static FileQuery (pair) => new FileQuery.AnyOf([pair.Item1, pair.Item2])),
            Query(depth - 1).Select(static FileQuery (term) => new FileQuery.Not(term)));
    }

    private static bool Matches(string query) => FileQuery.Parse(query).Matches(Frame, "Reduce");
}
