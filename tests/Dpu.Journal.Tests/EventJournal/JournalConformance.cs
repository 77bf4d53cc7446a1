using Dpu.Journal.EventJournal;
using Dpu.Kernel.Persistence;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.EventJournal;

/// <summary>What every journal promises.</summary>
public abstract class JournalConformance(JournalHarness harness) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected IEventJournal Journal => harness.Journal;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await harness.DisposeAsync();

    [Fact]
    public async Task Events_come_back_in_order_and_numbered_from_one()
    {
        await Journal.AppendAsync("a", 0, Notes.Of("1", "2"), None);
        await Journal.AppendAsync("a", 2, Notes.Of("3"), None);

        (await ReadAsync("a")).ShouldBe([new(1, new Note("1")), new(2, new Note("2")), new(3, new Note("3"))]);
    }

    [Fact]
    public async Task Reading_begins_where_it_is_told_and_an_unknown_id_has_no_events()
    {
        await Journal.AppendAsync("a", 0, Notes.Of("1", "2", "3"), None);

        (await ReadAsync("a", 3)).ShouldBe([new(3, new Note("3"))]);
        (await ReadAsync("a", 4)).ShouldBeEmpty();
        (await ReadAsync("nobody")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_append_after_another_number_than_the_last_is_refused_whole(long expected)
    {
        await Journal.AppendAsync("a", 0, Notes.Of("1", "2"), None);

        var conflict = await Should.ThrowAsync<SequenceConflictException>(() => Journal.AppendAsync("a", expected, Notes.Of("x", "y"), None));

        conflict.Expected.ShouldBe(expected);
        conflict.Actual.ShouldBe(2);
        (await ReadAsync("a")).Count.ShouldBe(2);
        await Journal.AppendAsync("a", 2, Notes.Of("3"), None);
    }

    [Fact]
    public async Task Of_two_writers_with_the_same_expectation_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => TryAsync(() => Journal.AppendAsync("a", 0, Notes.Of($"{writer}"), None))));

        outcomes.Count(won => won).ShouldBe(1);
        var winner = Array.IndexOf(outcomes, true);
        (await ReadAsync("a")).ShouldBe([new(1, new Note($"{winner}"))]);
    }

    [Fact]
    public async Task A_batch_with_an_event_that_cannot_be_stored_leaves_nothing_behind()
    {
        object[] batch = [new Note("1"), new Unheard("2")];

        (await Should.ThrowAsync<JournalException>(async () => await Journal.AppendAsync("a", 0, batch, None))).Message.ShouldContain(nameof(Unheard));

        (await ReadAsync("a")).ShouldBeEmpty();
        await Journal.AppendAsync("a", 0, Notes.Of("1"), None);
    }

    [Fact]
    public async Task Many_writers_at_once_each_keep_their_own_order()
    {
        const int Writers = 50;
        const int Each = 20;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0; number < Each; number++)
            {
                await Journal.AppendAsync($"w{writer}", number, Notes.Of($"{writer}.{number}"), None);
            }
        }));

        for (var writer = 0; writer < Writers; writer++)
        {
            var events = await ReadAsync($"w{writer}");
            events.Select(item => item.SequenceNr).ShouldBe(Enumerable.Range(1, Each).Select(number => (long)number));
            events.Select(item => ((Note)item.Event).Text).ShouldBe(Enumerable.Range(0, Each).Select(number => $"{writer}.{number}"));
        }

        harness.Reader.HeadOrdering.ShouldBe(Writers * Each);
    }

    [Fact]
    public async Task All_events_are_read_in_commit_order_without_gaps()
    {
        await Journal.AppendAsync("a", 0, Notes.Of("a1", "a2"), None);
        await Journal.AppendAsync("b", 0, Notes.Of("b1"), None);
        await Should.ThrowAsync<SequenceConflictException>(() => Journal.AppendAsync("b", 0, Notes.Of("never"), None));
        await Journal.AppendAsync("a", 2, Notes.Of("a3"), None);

        var all = await harness.Reader.ReadAllAsync(0, 100, None);

        all.ShouldBe(
        [
            new JournalEntry(1, "a", 1, new Note("a1")),
            new JournalEntry(2, "a", 2, new Note("a2")),
            new JournalEntry(3, "b", 1, new Note("b1")),
            new JournalEntry(4, "a", 3, new Note("a3")),
        ]);
        (await harness.Reader.ReadAllAsync(1, 2, None)).ShouldBe([all[1], all[2]]);
        (await harness.Reader.ReadAllAsync(4, 100, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_waits_for_an_ordering_is_told_when_it_is_durable()
    {
        var second = harness.Reader.WaitForAsync(2, None);
        await Journal.AppendAsync("a", 0, Notes.Of("1"), None);
        second.IsCompleted.ShouldBeFalse();

        await Journal.AppendAsync("b", 0, Notes.Of("2"), None);

        await second;
        (await harness.Reader.ReadAllAsync(1, 1, None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Everything_is_there_after_closing_and_opening_again()
    {
        await Journal.AppendAsync("a", 0, Notes.Of("1", "with ' \" \\ , \n and \u0000 and ☉"), None);
        await Journal.SaveSnapshotAsync("a", new Snapshot(1, new Tally(1)), None);
        var before = await ReadAsync("a");

        await harness.ReopenAsync();

        (await ReadAsync("a")).ShouldBe(before);
        (await Journal.LoadSnapshotAsync("a", None)).ShouldBe(new Snapshot(1, new Tally(1)));
        harness.Reader.HeadOrdering.ShouldBe(2);
        await Should.ThrowAsync<SequenceConflictException>(() => Journal.AppendAsync("a", 1, Notes.Of("x"), None));
        await Journal.AppendAsync("a", 2, Notes.Of("3"), None);
    }

    [Fact]
    public async Task An_event_that_this_version_does_not_know_fails_the_read()
    {
        await Journal.AppendAsync("a", 0, Notes.Of("1"), None);

        await harness.ReopenAsync(DpuEvents.Codec);

        (await Should.ThrowAsync<JournalException>(() => ReadAsync("a"))).Message.ShouldContain("note.v1");
        (await Should.ThrowAsync<JournalException>(async () => await harness.Reader.ReadAllAsync(0, 10, None))).Message.ShouldContain("note.v1");
    }

    [Fact]
    public async Task The_newest_snapshot_counts_and_one_that_cannot_be_read_is_none()
    {
        (await Journal.LoadSnapshotAsync("a", None)).ShouldBeNull();
        await Journal.AppendAsync("a", 0, Notes.Of("1", "2", "3"), None);
        await Journal.SaveSnapshotAsync("a", new Snapshot(2, new Tally(2)), None);
        await Journal.SaveSnapshotAsync("a", new Snapshot(3, new Tally(3)), None);
        await Journal.SaveSnapshotAsync("a", new Snapshot(1, new Tally(1)), None);

        (await Journal.LoadSnapshotAsync("a", None)).ShouldBe(new Snapshot(3, new Tally(3)));
        (await ReadAsync("a")).Count.ShouldBe(3, "a snapshot never takes the place of events");

        await harness.ReopenAsync(DpuEvents.Codec);
        (await Journal.LoadSnapshotAsync("a", None)).ShouldBeNull();
    }

    [Fact]
    public async Task Empty_appends_and_nameless_writers_are_mistakes()
    {
        await Should.ThrowAsync<ArgumentException>(async () => await Journal.AppendAsync("a", 0, [], None));
        await Should.ThrowAsync<ArgumentException>(async () => await Journal.AppendAsync("", 0, Notes.Of("1"), None));
        await Should.ThrowAsync<ArgumentException>(async () => await Journal.AppendAsync("a", -1, Notes.Of("1"), None));
    }

    [Fact]
    public async Task Who_gave_up_already_writes_nothing()
    {
        await Should.ThrowAsync<OperationCanceledException>(async () => await Journal.AppendAsync("a", 0, Notes.Of("1"), new CancellationToken(true)));

        (await ReadAsync("a")).ShouldBeEmpty();
    }

    protected async Task<List<PersistedEvent>> ReadAsync(string persistenceId, long from = 1)
    {
        var events = new List<PersistedEvent>();
        await foreach (var item in Journal.ReadAsync(persistenceId, from, None))
        {
            events.Add(item);
        }

        return events;
    }

    private static async Task<bool> TryAsync(Func<Task> append)
    {
        try
        {
            await append();
            return true;
        }
        catch (SequenceConflictException)
        {
            return false;
        }
    }
}

public sealed class MemoryJournalConformance() : JournalConformance(new MemoryHarness());

public sealed class SqliteJournalConformance() : JournalConformance(new SqliteHarness());
