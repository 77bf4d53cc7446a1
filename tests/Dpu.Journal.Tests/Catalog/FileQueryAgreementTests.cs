using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Catalog;

/// <summary>The catalog's SQL finds what the query itself says of each file.</summary>
public sealed class FileQueryAgreementTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Night = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);

    // Where the two could differ: numbers as texts, characters of two code units, brackets, quotes, order by case and by length.
    private static readonly string[] Texts = ["", "1", "1.0", "01", "2", "10", "-1", "1e1", "ccd9", "ccd10", "CCD9", "M 31", "8,6", "[a]", "a", "é", "星", "😀", "😀a", "\"", "\\", "a\nb", "true", "NaN", "1..2"];

    private static readonly string[] Patterns = [.. Texts, "*", "?", "??", "ccd?", "*1*", "[?]", "?a", "*😀"];

    private static readonly string[] Keys = ["a", "b", "type", "id", "name", "job", "step", "committed", "path"];

    [Fact]
    public void Sql_and_memory_agree() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(Files.ToArbitrary(), Query(3).ListOf(20).ToArbitrary(), (files, queries) =>
        {
            using var store = new MemoryStore(Notes.Codec);
            Register(store, files);
            var steps = files.ToDictionary(file => file.Id, file => file.MadeBy is null ? null : "Make");
            foreach (var query in queries)
            {
                var found = store.Catalog.QueryAsync(query.ToString(), 100, None).GetAwaiter().GetResult().Select(file => file.Id).Order(StringComparer.Ordinal).ToArray();
                var selected = store.Catalog.SelectAsync(new FileSelection([], [], CommittedOnly: false, query), 100, None).GetAwaiter().GetResult().Length;
                var stored = store.Catalog.QueryAsync("", 100, None).GetAwaiter().GetResult();
                var meant = stored.Where(file => query.Matches(file, steps[file.Id])).Select(file => file.Id).Order(StringComparer.Ordinal).ToArray();
                found.ShouldBe(meant, query.ToString());
                selected.ShouldBe(meant.Length, query.ToString());
            }
        }));

    [Fact]
    public async Task A_selection_and_its_query_must_both_hold()
    {
        using var store = new MemoryStore(Notes.Codec);
        var file = new CatalogFile("x", "x.fits", "/x.fits", 1, "", "raw", Metadata(("a", MetadataValue.Of(5))), null, true, Night);
        Register(store, [file, file with { Id = "y", Type = "bias" }, file with { Id = "z", Metadata = Metadata(("a", MetadataValue.Of(50))) }]);

        var found = await store.Catalog.SelectAsync(new FileSelection(["raw"], [new FileCondition("a", "5*")], Query: FileQuery.Parse("a<9")), 10, None);

        found.Select(found => found.Id).ShouldBe(["x"]);
    }

    private static Gen<ImmutableArray<CatalogFile>> Files =>
        Gen.Choose(1, 8).SelectMany(static count => File.ListOf(count)).Select(static files => files.Select(Numbered).ToImmutableArray());

    private static Gen<CatalogFile> File =>
        from name in Gen.Elements(Texts)
        from type in Gen.Elements("raw", "a")
        from committed in Gen.Elements(true, false)
        from made in Gen.Elements(true, false)
        from a in Value
        from b in Value
        select new CatalogFile(
            "", name, $"/store/{name}", 1, "", type, Metadata(("a", a), ("b", b)), made ? new AttemptId(new JobId(1), 0, 1) : null, !made || committed, Night);

    private static CatalogFile Numbered(CatalogFile one, int index) =>
        one with { Id = $"f{index}", MadeBy = one.MadeBy is { } by ? new AttemptId(new JobId(one.Committed ? 1 : 2), index, by.Number) : null };

    private static Gen<MetadataValue?> Value => Gen.OneOf(
        Gen.Constant<MetadataValue?>(null),
        Gen.Elements(Texts).Select(static MetadataValue? (text) => MetadataValue.Of(text)),
        Gen.Elements(0, -0.0, 1, 1.5, 2, 10, -1, 1e300).Select(static MetadataValue? (number) => MetadataValue.Of(number)),
        Gen.Elements(true, false).Select(static MetadataValue? (truth) => MetadataValue.Of(truth)));

    private static Gen<FileQuery> Query(int depth)
    {
        var key = Gen.Elements(Keys);
        var value = Gen.OneOf(
            Gen.Elements(Patterns).Select(static QueryValue (text) => new QueryValue.Pattern(text)),
            Gen.Elements(Texts).Where(static text => text.Length > 0).Two().Where(static pair => ValueOrder.Compare(pair.Item1, pair.Item2) <= 0)
                .Select(static QueryValue (pair) => new QueryValue.Range(pair.Item1, pair.Item2)));
        // Any other value of it is refused.
        var truth = Gen.Elements("true", "false", "t*").Select(static QueryValue (text) => new QueryValue.Pattern(text));
        var leaf = Gen.OneOf(
            Gen.Elements(Patterns).Select(static FileQuery (text) => new FileQuery.Word(text)),
            from k in key from values in (k == "committed" ? truth : value).NonEmptyListOf() from negated in Gen.Elements(true, false) select (FileQuery)new FileQuery.Has(k, [.. values], negated),
            from k in key from order in Gen.Elements(Enum.GetValues<QueryOrder>()) from text in Gen.Elements(Texts) select (FileQuery)new FileQuery.Compared(k, order, text));
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

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(params (string Key, MetadataValue? Value)[] pairs) =>
        pairs.Where(pair => pair.Value is not null).ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value!);

    /// <summary>Files that were made arrive with their job, so that they have a step.</summary>
    private static void Register(MemoryStore store, ImmutableArray<CatalogFile> files)
    {
        store.Journal.AppendAsync("catalog", 0, [new CatalogEvent.FilesRegistered([.. files.Where(file => file.MadeBy is null)], Night)], None);
        var made = files.Where(file => file.MadeBy is not null).ToImmutableArray();
        if (made.IsEmpty)
        {
            return;
        }

        var plan = new JobPlan([], [new StepPlan("Make", null, 0, files.Length, new Resources(1, 0), null, new StepWork.Exec(["make"], null))]);
        var events = new List<JobEvent>();
        foreach (var commits in new[] { true, false })
        {
            var ofJob = made.Where(file => file.Committed == commits).ToImmutableArray();
            var job = new JobId(commits ? 1 : 2);
            events =
            [
                new JobEvent.Submitted(job, new JobSpec("Make", "ann", 0, [], commits, 1, $"{job}", ""), plan, Night),
                .. ofJob.SelectMany(file => new JobEvent[]
                {
                    new JobEvent.TasksStarted("schmidt", Guid.Empty, [new TaskAttempt(file.MadeBy!.Value.Task, 1)], Night),
                    new JobEvent.TasksEnded("schmidt", [new AttemptEnd(file.MadeBy!.Value.Task, 1, null, false, "", null, [], [Output(file)])], Night),
                }),
            ];
            store.Journal.AppendAsync(JobPersistenceId.Of(job), 0, [.. events], None);
        }
    }

    private static OutputFile Output(CatalogFile file) => new(file.Id, "made", file.Path, 1, "", file.Type, true, file.Metadata, []);
}
