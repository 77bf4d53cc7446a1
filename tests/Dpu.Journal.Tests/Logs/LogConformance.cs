using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Logs;

/// <summary>What every store of logs promises.</summary>
public abstract class LogConformance(LogHarness harness) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private ILogStore Store => harness.Store;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await harness.DisposeAsync();

    [Fact]
    public async Task Chunks_come_back_as_they_were_written()
    {
        LogChunk[] written = [Chunks.Of(1, text: "no newline"), Chunks.Of(2, text: "\u0000\u001b[1m, \" ' ☉\r\n"), Chunks.Of(3, text: "")];
        await Store.AppendAsync(written, None);

        var read = await Chunks.ReadAllAsync(Store, LogSelection.Of(written[0].Attempt));

        read.Select(chunk => chunk with { Bytes = default }).ShouldBe(written.Select(chunk => chunk with { Bytes = default }));
        read.Select(Chunks.TextOf).ShouldBe(written.Select(Chunks.TextOf));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1 << 20)]
    public async Task Each_attempt_reads_its_own_lines_in_order_whatever_the_page(int maxBytes)
    {
        for (var number = 0; number < 300; number++)
        {
            await AppendWithoutWaiting(Chunks.Of(number, job: number % 2, task: number % 6, attempt: 1 + (number % 3 == 0 ? 1 : 0)));
        }

        var job = await Chunks.ReadAllAsync(Store, new LogSelection(new JobId(1)), maxBytes);
        job.Select(chunk => chunk.SequenceNr).ShouldBe(Enumerable.Range(0, 300).Where(number => number % 2 == 1).Select(number => (long)number));
        var task = await Chunks.ReadAllAsync(Store, new LogSelection(new JobId(1), 3), maxBytes);
        task.Select(chunk => chunk.SequenceNr).ShouldBe(Enumerable.Range(0, 300).Where(number => number % 6 == 3).Select(number => (long)number));
        (await Chunks.ReadAllAsync(Store, new LogSelection(new JobId(1), 3, 1), maxBytes)).ShouldBeEmpty();
        (await Chunks.ReadAllAsync(Store, new LogSelection(new JobId(7)), maxBytes)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1 << 20)]
    public async Task Read_back_from_the_end_they_are_the_same_lines(int maxBytes)
    {
        for (var number = 0; number < 300; number++)
        {
            await AppendWithoutWaiting(Chunks.Of(number, job: number % 2, task: number % 6));
        }

        foreach (var selection in new[] { new LogSelection(new JobId(1)), new LogSelection(new JobId(1), 3), new LogSelection(new JobId(1), 3, 2), new LogSelection(new JobId(7)) })
        {
            var back = new List<LogChunk>();
            LogCursor? before = null;
            LogTail tail;
            do
            {
                tail = await Store.ReadBackAsync(selection, before, maxBytes, None);
                back.InsertRange(0, tail.Chunks);
                var on = await Store.ReadAsync(selection, tail.From, 1 << 20, None);
                on.Chunks.Take(tail.Chunks.Length).Select(chunk => chunk.SequenceNr).ShouldBe(tail.Chunks.Select(chunk => chunk.SequenceNr), "its place is where it begins");
                before = tail.From;
            }
            while (!tail.AtStart);

            back.Select(chunk => chunk.SequenceNr).ShouldBe((await Chunks.ReadAllAsync(Store, selection)).Select(chunk => chunk.SequenceNr));
        }
    }

    [Fact]
    public async Task Reading_on_from_where_the_end_was_gives_what_came_after_it()
    {
        await Store.AppendAsync([Chunks.Of(1), Chunks.Of(2)], None);
        var tail = await Store.ReadBackAsync(new LogSelection(new JobId(1)), null, 1000, None);
        await Store.AppendAsync([Chunks.Of(3)], None);

        (await Store.ReadAsync(new LogSelection(new JobId(1)), tail.End, 1000, None)).Chunks.Select(chunk => chunk.SequenceNr).ShouldBe([3L]);
    }

    [Fact]
    public async Task What_was_handed_over_can_be_read_before_it_is_on_the_disk()
    {
        var written = Store.AppendAsync([Chunks.Of(1)], None);

        var page = await Store.ReadAsync(new LogSelection(new JobId(1)), LogCursor.Start, 1000, None);

        page.Chunks.Length.ShouldBe(1);
        page.AtEnd.ShouldBeTrue();
        await written;
    }

    [Fact]
    public async Task A_chunk_that_is_sent_again_is_stored_once_also_after_a_restart()
    {
        var sent = Enumerable.Range(0, 200).Select(number => Chunks.Of(number * 2, task: number)).ToArray();
        await Store.AppendAsync(sent, None);
        await Store.AppendAsync(sent[50..], None);
        await harness.ReopenAsync();

        await Store.AppendAsync([.. sent[120..], Chunks.Of(1), Chunks.Of(400), Chunks.Of(1)], None);
        await Store.AppendAsync([Chunks.Of(400), Chunks.Of(0, launcher: Guid.Empty)], None);

        var read = await Chunks.ReadAllAsync(Store, new LogSelection(new JobId(1)));
        read.Select(chunk => (chunk.Incarnation, chunk.SequenceNr)).ShouldBe(
            [.. sent.Select(chunk => (chunk.Incarnation, chunk.SequenceNr)), (Chunks.Launcher, 1L), (Chunks.Launcher, 400L), (Guid.Empty, 0L)]);
    }

    [Fact]
    public async Task A_cursor_goes_on_where_it_ended_also_after_a_restart()
    {
        await Store.AppendAsync([Chunks.Of(1), Chunks.Of(2)], None);
        var first = await Store.ReadAsync(new LogSelection(new JobId(1)), LogCursor.Start, 1000, None);
        await harness.ReopenAsync();
        (await Store.ReadAsync(new LogSelection(new JobId(1)), first.Next, 1000, None)).Chunks.ShouldBeEmpty();

        await Store.AppendAsync([Chunks.Of(3), Chunks.Of(4, job: 2)], None);

        var second = await Store.ReadAsync(new LogSelection(new JobId(1)), first.Next, 1000, None);
        second.Chunks.Select(chunk => chunk.SequenceNr).ShouldBe([3L]);
    }

    [Fact]
    public async Task Who_follows_a_job_is_woken_by_its_output_only()
    {
        await Store.AppendAsync([Chunks.Of(1)], None);
        await Store.WaitAsync(new JobId(1), LogCursor.Start, None);
        var page = await Store.ReadAsync(new LogSelection(new JobId(1)), LogCursor.Start, 1000, None);
        var more = Store.WaitAsync(new JobId(1), page.Next, None);
        await Store.AppendAsync([Chunks.Of(2, job: 2)], None);
        more.IsCompleted.ShouldBeFalse();

        await Store.AppendAsync([Chunks.Of(3)], None);

        await more;
    }

    [Fact]
    public async Task Who_stops_following_is_let_go()
    {
        using var stop = new CancellationTokenSource();
        var wait = Store.WaitAsync(new JobId(1), LogCursor.Start, stop.Token);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => wait);
    }

    private Task AppendWithoutWaiting(LogChunk chunk)
    {
        var done = Store.AppendAsync([chunk], None);
        return done.IsFaulted ? done : Task.CompletedTask;
    }
}

public sealed class MemoryLogConformance() : LogConformance(new MemoryLogHarness());

public sealed class FileLogConformance() : LogConformance(new FileLogHarness());
