using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Catalog;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Catalog;

public sealed class CatalogTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Night = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new(Notes.Codec);
    private long _registered;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Files_are_selected_by_type_and_metadata_newest_first()
    {
        await RegisterAsync(
            File("a", "raw-bias", ("chip", MetadataValue.Of("ccd50"))),
            File("b", "raw-bias", ("chip", MetadataValue.Of("ccd51"))),
            File("c", "raw-dark", ("chip", MetadataValue.Of("ccd50")), ("exptime", MetadataValue.Of(60.0))),
            File("d", "raw-bias", ("chip", MetadataValue.Of("ccd50"))));

        (await SelectAsync(["raw-bias"], ("chip", "ccd50"))).ShouldBe(["d", "a"]);
        (await SelectAsync(["raw-bias", "raw-dark"], ("chip", "ccd50"))).ShouldBe(["d", "c", "a"]);
        (await SelectAsync([], ("chip", "ccd5?"))).ShouldBe(["d", "c", "b", "a"]);
        (await SelectAsync([], ("chip", "*1"))).ShouldBe(["b"]);
        (await SelectAsync([], ("exptime", "60"))).ShouldBe(["c"]);
        (await SelectAsync([], ("chip", "CCD50"))).ShouldBeEmpty();
        (await SelectAsync([], ("nothing", "*"))).ShouldBeEmpty();
        (await _store.Catalog.SelectAsync(new FileSelection([], []), 2, None)).Select(file => file.Id).ShouldBe(["d", "c"]);
    }

    [Fact]
    public async Task Outputs_that_were_not_committed_are_found_only_when_asked_for()
    {
        await RegisterAsync(File("a", "bias") with { Committed = false }, File("b", "bias"));

        (await SelectAsync(["bias"])).ShouldBe(["b"]);
        (await _store.Catalog.SelectAsync(new FileSelection(["bias"], [], CommittedOnly: false), 10, None)).Select(file => file.Id).ShouldBe(["b", "a"]);
    }

    [Fact]
    public async Task Brackets_in_a_pattern_stand_for_themselves()
    {
        await RegisterAsync(File("a", "t", ("object", MetadataValue.Of("NGC [1]"))), File("b", "t", ("object", MetadataValue.Of("NGC 1"))));

        (await SelectAsync([], ("object", "NGC [1]"))).ShouldBe(["a"]);
        (await SelectAsync([], ("object", "NGC [?]"))).ShouldBe(["a"]);
        (await SelectAsync([], ("object", "NGC ?"))).ShouldBe(["b"]);
    }

    [Fact]
    public void Any_value_is_found_by_itself_and_comes_back_as_it_was() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100),
        Prop.ForAll<string>(text =>
        {
            var value = (text ?? "") + "\n8,6 \"'";
            using var store = new MemoryStore(Notes.Codec);
            store.Journal.AppendAsync("catalog", 0, [new CatalogEvent.FilesRegistered([File("a", "t", ("object", MetadataValue.Of(value)))], Night)], None);
            var found = store.Catalog.SelectAsync(new FileSelection(["t"], [new FileCondition("object", value)]), 10, None).GetAwaiter().GetResult();
            return found.Single().Metadata["object"] == MetadataValue.Of(value);
        }));

    [Theory]
    [InlineData("type=bias chip=ccd50", "bias-50")]
    [InlineData("type=b* chip=ccd5?", "bias-51,bias-50")]
    [InlineData("object=\"M 31\"", "m31")]
    [InlineData("\"object=M 31\"", "m31")]
    [InlineData("patch=8,6", "m31")]
    [InlineData("note=\"a \\\"b\\\"\\n\"", "m31")]
    [InlineData("51", "bias-51")]
    [InlineData("bias-50", "bias-50")]
    [InlineData("committed=false", "m31")]
    [InlineData("good=true", "m31")]
    [InlineData("name=*.fits id=m*", "m31")]
    [InlineData("", "m31,bias-51,bias-50")]
    [InlineData("type=bias chip=ccd52", "")]
    public async Task People_find_files_by_a_line_of_text(string query, string expected)
    {
        await RegisterAsync(
            File("bias-50", "bias", ("chip", MetadataValue.Of("ccd50"))),
            File("bias-51", "bias", ("chip", MetadataValue.Of("ccd51"))),
            File("m31", "reduced", ("object", MetadataValue.Of("M 31")), ("patch", MetadataValue.Of("8,6")), ("note", MetadataValue.Of("a \"b\"\n")), ("good", MetadataValue.Of(true)))
                with
            { Committed = false });

        var files = await _store.Catalog.QueryAsync(query, 10, None);

        files.Select(file => file.Id).ShouldBe(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("a=\"b", "character 3")]
    [InlineData("a=1 =b", "character 5")]
    public async Task A_broken_query_says_where(string query, string says) =>
        (await Should.ThrowAsync<FormatException>(async () => await _store.Catalog.QueryAsync(query, 10, None))).Message.ShouldContain(says);

    [Fact]
    public async Task A_file_is_found_by_id_path_or_name()
    {
        await RegisterAsync(File("a", "t"), File("b", "t") with { Name = "same.fits" }, File("c", "t") with { Name = "same.fits" });

        (await _store.Catalog.FindAsync("a", None))!.Id.ShouldBe("a");
        (await _store.Catalog.FindAsync("/raw/b.fits", None))!.Id.ShouldBe("b");
        (await _store.Catalog.FindAsync("same.fits", None))!.Id.ShouldBe("c");
        (await _store.Catalog.FindAsync("z", None)).ShouldBeNull();
        (await _store.Catalog.GetAsync(["c", "z", "a"], None)).Select(file => file.Id).ShouldBe(["c", "a"]);
    }

    [Fact]
    public async Task A_file_that_is_registered_again_is_the_same_file_with_todays_facts()
    {
        await RegisterAsync(File("a", "raw-bias", ("chip", MetadataValue.Of("ccd50")), ("old", MetadataValue.Of(1))), File("b", "raw-bias"));
        await RegisterAsync(File("a", "raw-dark", ("chip", MetadataValue.Of("ccd51"))));

        var files = await _store.Catalog.QueryAsync("", 10, None);

        files.Select(file => file.Id).ShouldBe(["b", "a"]);
        files[1].Type.ShouldBe("raw-dark");
        files[1].Metadata.ShouldBe(ImmutableSortedDictionary<string, MetadataValue>.Empty.Add("chip", MetadataValue.Of("ccd51")));
    }

    [Fact]
    public async Task Provenance_is_followed_up_and_down()
    {
        await RegisterAsync(File("raw", "raw-science"), File("flat", "master-flat"));
        await RunAsync(job: 1, used: ["raw", "flat"], output: "reduced", from: ["raw"]);
        await RunAsync(job: 2, used: ["reduced"], output: "coadd", from: ["reduced"]);

        var up = (await _store.Catalog.GetProvenanceAsync("coadd", ProvenanceDirection.Up, None))!;
        up.Edges.ShouldBe(
        [
            new ProvenanceEdge("coadd", ProvenanceRelation.WasDerivedFrom, "reduced", 1),
            new ProvenanceEdge("coadd", ProvenanceRelation.WasGeneratedBy, "2/0/1", 1),
            new ProvenanceEdge("reduced", ProvenanceRelation.WasDerivedFrom, "raw", 2),
            new ProvenanceEdge("reduced", ProvenanceRelation.WasGeneratedBy, "1/0/1", 2),
            new ProvenanceEdge("2/0/1", ProvenanceRelation.Used, "reduced", 2),
            new ProvenanceEdge("1/0/1", ProvenanceRelation.Used, "flat", 3),
            new ProvenanceEdge("1/0/1", ProvenanceRelation.Used, "raw", 3),
        ],
            ignoreOrder: true);
        up.Edges.Select(edge => edge.Depth).ShouldBeInOrder();
        up.Files.Select(file => file.Id).ShouldBe(["coadd", "reduced", "raw", "flat"], ignoreOrder: true);
        up.Processes.Select(process => (process.Attempt.ToString(), process.Step, process.Node)).ShouldBe([("2/0/1", "Make", "schmidt"), ("1/0/1", "Make", "schmidt")], ignoreOrder: true);

        var down = (await _store.Catalog.GetProvenanceAsync("flat", ProvenanceDirection.Down, None))!;
        down.Files.Select(file => file.Id).ShouldBe(["flat", "reduced", "coadd"]);
        (await _store.Catalog.GetProvenanceAsync("coadd", ProvenanceDirection.Down, None))!.Edges.ShouldBeEmpty();
        (await _store.Catalog.GetProvenanceAsync("nothing", ProvenanceDirection.Up, None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_history_says_where_it_is_not_whole_and_nothing_of_what_others_make()
    {
        await RegisterAsync(File("raw", "raw-science"), File("flat", "master-flat") with { Owner = "bob", Context = new WorkContext("common", Privileges.MyDb) });
        await RunAsync(job: 1, used: ["raw", "flat"], output: "mine", from: ["raw", "flat"], privileges: Privileges.MyDb);
        await RunAsync(job: 2, used: ["mine", "raw"], output: "shown", from: ["mine"]);
        var catalog = _store.Catalog.SeenBy(new Caller("zoe", UserType.Developer, ["common"]));

        var up = (await catalog.GetProvenanceAsync("shown", ProvenanceDirection.Up, 100, None))!;
        up.Edges.ShouldBe(
        [
            new ProvenanceEdge("shown", ProvenanceRelation.WasDerivedFrom, ProvenanceEdge.NotVisible, 1),
            new ProvenanceEdge("shown", ProvenanceRelation.WasGeneratedBy, "2/0/1", 1),
            new ProvenanceEdge("2/0/1", ProvenanceRelation.Used, ProvenanceEdge.NotVisible, 2),
            new ProvenanceEdge("2/0/1", ProvenanceRelation.Used, "raw", 2),
        ],
            ignoreOrder: true);
        up.Files.Select(file => file.Id).ShouldBe(["shown", "raw"], ignoreOrder: true);
        up.Processes.Select(process => process.Attempt.Job.Value).ShouldBe([2]);

        var down = (await catalog.GetProvenanceAsync("raw", ProvenanceDirection.Down, 100, None))!;
        down.Edges.ShouldBe([new ProvenanceEdge("2/0/1", ProvenanceRelation.Used, "raw", 1), new ProvenanceEdge("shown", ProvenanceRelation.WasGeneratedBy, "2/0/1", 2)]);
        (await catalog.GetProvenanceAsync("mine", ProvenanceDirection.Up, 100, None)).ShouldBeNull();
        var owner = (await _store.Catalog.SeenBy(new Caller("ann", UserType.Developer, ["common"])).GetProvenanceAsync("mine", ProvenanceDirection.Up, 100, None))!;
        owner.Edges.Count(edge => edge.Cause == ProvenanceEdge.NotVisible).ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_long_history_the_nearest_is_told_and_that_there_is_more()
    {
        await RegisterAsync(File("raw", "raw-science"), File("flat", "master-flat"));
        await RunAsync(job: 1, used: ["raw", "flat"], output: "reduced", from: ["raw"]);
        await RunAsync(job: 2, used: ["reduced"], output: "coadd", from: ["reduced"]);
        var catalog = _store.Catalog.SeenBy(new Caller("ann", UserType.Standard, ["common"]));

        var near = (await catalog.GetProvenanceAsync("coadd", ProvenanceDirection.Up, 2, None))!;
        near.Edges.Select(edge => (edge.Effect, edge.Cause)).ShouldBe([("coadd", "reduced"), ("coadd", "2/0/1")], ignoreOrder: true);
        near.More.ShouldBeTrue();
        var all = (await catalog.GetProvenanceAsync("coadd", ProvenanceDirection.Up, 7, None))!;
        (all.Edges.Length, all.More).ShouldBe((7, false));
    }

    [Fact]
    public async Task Of_one_name_the_newest_is_found_that_is_seen()
    {
        var secret = new WorkContext("common", Privileges.MyDb);
        await RegisterAsync(
            File("a", "t") with { Name = "same.fits", Owner = "ann" }, File("b", "t") with { Name = "same.fits", Owner = "bob", Context = secret }, File("c", "t") with { Owner = "bob", Context = secret });
        var catalog = _store.Catalog.SeenBy(new Caller("ann", UserType.Standard, ["common"]));

        (await catalog.FindAsync("same.fits", None))!.Id.ShouldBe("a");
        (await _store.Catalog.FindAsync("same.fits", new FileScope("bob", secret), None))!.Id.ShouldBe("b");
        (await _store.Catalog.FindAsync("same.fits", new FileScope("ann", secret), None))!.Id.ShouldBe("a");
        foreach (var name in new[] { "c", "/raw/c.fits", "c.fits" })
        {
            (await catalog.FindAsync(name, None)).ShouldBeNull();
        }

        (await catalog.QueryAsync("", null, 1, None)).Select(file => file.Id).ShouldBe(["a"]);
    }

    [Fact]
    public async Task What_was_shown_to_others_is_found_by_them()
    {
        await RunAsync(job: 1, used: [], output: "made", from: [], privileges: Privileges.MyDb);
        var (zoe, visitor) = (_store.Catalog.SeenBy(new Caller("zoe", UserType.Standard, ["common"])), _store.Catalog.SeenBy(Caller.Visitor));
        (await zoe.FindAsync("made", None)).ShouldBeNull();

        await _store.Journal.AppendAsync(JobPersistenceId.Of(new JobId(1)), 3, [new JobEvent.ContextChanged("ann", new WorkContext("common", Privileges.Users), Night)], None);
        (await zoe.FindAsync("made", None))!.Context.Privileges.ShouldBe(Privileges.Users);
        (await visitor.FindAsync("made", None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_history_that_goes_in_a_circle_ends()
    {
        await RunAsync(job: 1, used: ["b"], output: "a", from: ["b", "a"]);
        await RunAsync(job: 2, used: ["a"], output: "b", from: ["a"]);

        (await _store.Catalog.GetProvenanceAsync("a", ProvenanceDirection.Up, None))!.Edges.Length.ShouldBe(7);
    }

    private Task RegisterAsync(params CatalogFile[] files) =>
        _store.Journal.AppendAsync("catalog", _registered++, [new CatalogEvent.FilesRegistered([.. files], Night)], None);

    private async Task<IEnumerable<string>> SelectAsync(ImmutableArray<string> types, params (string Key, string Pattern)[] conditions) =>
        (await _store.Catalog.SelectAsync(new FileSelection(types, [.. conditions.Select(c => new FileCondition(c.Key, c.Pattern))]), 100, None)).Select(file => file.Id);

    private async Task RunAsync(int job, ImmutableArray<string> used, string output, ImmutableArray<string> from, Privileges privileges = Privileges.Project)
    {
        var plan = new JobPlan([], [new StepPlan("Make", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["make"], null))]);
        var file = new OutputFile(output, "made", $"{output}.fits", 1, "", "made", true, ImmutableSortedDictionary<string, MetadataValue>.Empty, from);
        await _store.Journal.AppendAsync(
            JobPersistenceId.Of(new JobId(job)),
            0,
            [
                new JobEvent.Submitted(new JobId(job), new JobSpec("Make", "ann", 0, [], true, 1, $"{job}", "") { Context = new WorkContext("common", privileges) }, plan, Night),
                new JobEvent.TasksStarted("schmidt", Guid.Empty, [new TaskAttempt(0, 1)], Night),
                new JobEvent.TasksEnded("schmidt", [new AttemptEnd(0, 1, null, false, "", null, used, [file])], Night),
            ],
            None);
    }

    private static CatalogFile File(string id, string type, params (string Key, MetadataValue Value)[] metadata) => new(
        id, $"{id}.fits", $"/raw/{id}.fits", 2880, "", type, metadata.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value), null, true, Night);
}
