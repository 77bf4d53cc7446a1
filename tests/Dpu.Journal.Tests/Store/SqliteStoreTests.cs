using Dpu.Domain.Jobs;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Store;

/// <summary>What the writer of the file promises beyond what every journal does.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly DataDirectory _directory;

    public SqliteStoreTests() => _directory = DataDirectory.Take(_folder["data"]);

    public void Dispose()
    {
        _directory.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_conflict_in_a_group_does_not_touch_the_others()
    {
        await using var store = Open();
        await store.Journal.AppendAsync("a", 0, Notes.Of("1"), None);

        // All of these wait at once: the writer takes them in a few groups.
        var appends = Enumerable.Range(0, 200)
            .Select(number => (Good: number % 2 == 0, Task: store.Journal.AppendAsync(number % 2 == 0 ? $"g{number}" : "a", 0, Notes.Of($"{number}"), None)))
            .ToArray();

        foreach (var (good, task) in appends)
        {
            if (good)
            {
                await task;
            }
            else
            {
                await Should.ThrowAsync<SequenceConflictException>(() => task);
            }
        }

        (await store.Reader.ReadAllAsync(0, 1000, None)).Select(entry => entry.Ordering).ShouldBe(Enumerable.Range(1, 101).Select(ordering => (long)ordering));
    }

    [Fact]
    public async Task A_group_that_cannot_be_written_leaves_no_trace_and_the_next_one_can()
    {
        await Open().DisposeAsync();
        var database = Database.OpenWriter(_directory.DatabasePath);
        using (var writer = new StoreWriter(database, Notes.Codec, TimeProvider.System))
        {
            using var reads = new ReaderPool(_directory.DatabasePath);
            writer.Start();
            var journal = new SqliteEventJournal(writer, reads, Notes.Codec);
            await journal.AppendAsync("a", 0, Notes.Of("1"), None);
            var huge = new string('x', 1_000_000);

            // SQLite's own limit stands for the disk's. The writer's thread sleeps once the views are caught up.
            await writer.ViewsCaughtUpAsync(None);
            database.Execute("PRAGMA max_page_count = 50");
            var full = await Should.ThrowAsync<SqliteError>(() => journal.AppendAsync("new", 0, Notes.Of("1", huge), None));

            full.IsFull.ShouldBeTrue();
            full.Message.ShouldContain(_directory.DatabasePath);
            full.Message.ShouldContain("KiB are free");
            journal.HeadOrdering.ShouldBe(1);
            (await ReadAsync(journal, "new")).ShouldBeEmpty();

            database.Execute("PRAGMA max_page_count = 100000");
            await journal.AppendAsync("new", 0, Notes.Of("1", huge), None);
            await journal.AppendAsync("a", 1, Notes.Of("2"), None);
            journal.HeadOrdering.ShouldBe(4);
        }

        await using var again = Open();
        (await ReadAsync(again.Journal, "new")).Count.ShouldBe(2);
        (await ReadAsync(again.Journal, "a")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Views_that_cannot_be_folded_say_so_and_do_not_hold_up_the_journal()
    {
        await using var store = Open();
        var orphan = new JobEvent.CancelRequested("ann", false, DateTimeOffset.UnixEpoch);
        await store.Journal.AppendAsync(JobPersistenceId.Of(new JobId(7)), 0, [orphan], None);

        var stuck = await Should.ThrowAsync<JournalException>(() => store.Views.CaughtUpAsync(None));
        stuck.Message.ShouldContain("Job 7 has events before it was submitted");
        await Should.ThrowAsync<JournalException>(() => store.Views.CaughtUpAsync(None));

        await store.Journal.AppendAsync("a", 0, Notes.Of("1"), None);
        (await store.Views.ListJobsAsync(new JobFilter(), None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Views_behind_the_journal_catch_up_when_the_store_opens()
    {
        await using (var store = Open())
        {
            await SubmitAsync(store, 1);
            await store.Views.CaughtUpAsync(None);
        }

        using (var database = Database.OpenWriter(_directory.DatabasePath))
        {
            database.Execute($"{string.Concat(ViewTables.Names.Select(table => $"DELETE FROM {table};"))} UPDATE projections SET ordering = 0");
        }

        await using var again = Open();
        await again.Views.CaughtUpAsync(None);
        (await again.Views.ListJobsAsync(new JobFilter(), None)).Single().Job.ShouldBe(new JobId(1));
    }

    [Fact]
    public async Task A_reader_that_waits_sees_what_was_just_committed()
    {
        await using var store = Open();
        for (var job = 1; job <= 100; job++)
        {
            await SubmitAsync(store, job);
            await store.Views.CaughtUpAsync(None);
            (await store.Views.GetLastJobAsync(None)).ShouldBe(new JobId(job));
        }
    }

    [Fact]
    public async Task A_closed_store_refuses_and_lets_its_waiters_go()
    {
        var store = Open();
        var waiter = store.Reader.WaitForAsync(1, None);
        var last = store.Journal.AppendAsync("other", 0, Notes.Of("1"), None);
        await store.DisposeAsync();
        await store.DisposeAsync();

        await last;
        await waiter;
        (await Should.ThrowAsync<JournalException>(() => store.Journal.AppendAsync("a", 0, Notes.Of("1"), None))).Message.ShouldContain("closed");
        await Should.ThrowAsync<JournalException>(() => store.Reader.WaitForAsync(2, None));
    }

    [Fact]
    public async Task An_operator_can_read_the_journal_as_text()
    {
        await using (var store = Open())
        {
            await store.Journal.AppendAsync("job-1", 0, Notes.Of("hello"), None);
        }

        using var database = Database.OpenReader(_directory.DatabasePath);
        using var row = database.PrepareOnce("SELECT persistence_id, sequence_nr, event_name, payload, written_at FROM journal");
        row.Step().ShouldBeTrue();
        (row.Text(0), row.Long(1), row.Text(2), row.Text(3)).ShouldBe(("job-1", 1, "note.v1", """{"Text":"hello"}"""));
        DateTimeOffset.Parse(row.Text(4)).ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    private SqliteStore Open() => SqliteStore.Open(_directory, Notes.Codec, TimeProvider.System);

    private static Task SubmitAsync(SqliteStore store, int job) => store.Journal.AppendAsync(
        JobPersistenceId.Of(new JobId(job)),
        0,
        [new JobEvent.Submitted(
            new JobId(job),
            new JobSpec("exec", "ann", 0, [], false, 1, $"{job}", ""),
            new JobPlan([], [new StepPlan("true", null, 0, 1, new Resources(1, 0), null, new StepWork.Exec(["true"], null))]),
            DateTimeOffset.UnixEpoch)],
        None);

    private static async Task<List<PersistedEvent>> ReadAsync(IEventJournal journal, string persistenceId)
    {
        var events = new List<PersistedEvent>();
        await foreach (var item in journal.ReadAsync(persistenceId, 1, None))
        {
            events.Add(item);
        }

        return events;
    }
}
