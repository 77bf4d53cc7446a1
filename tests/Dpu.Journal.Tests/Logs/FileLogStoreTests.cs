using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Journal.Tests.Store;
using Dpu.Kernel.Persistence;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Logs;

/// <summary>What only logs in files can suffer.</summary>
public sealed class FileLogStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly LogSelection Job = new(new JobId(1));

    private readonly TemporaryFolder _folder = new();

    private FileLogStoreOptions Options => FileLogStoreOptions.In(_folder.Path) with
    {
        BlockBytes = 512,
        SegmentBytesMax = 2048,
        FlushAfter = TimeSpan.FromMilliseconds(1),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_index_is_made_again_from_the_segments()
    {
        var numbers = await WriteAsync(200);
        Directory.GetFiles(Options.Folder).Length.ShouldBeGreaterThan(2);
        DeleteIndex();

        (await ReadNumbersAsync()).ShouldBe(numbers);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(40)]
    public async Task A_torn_end_is_cut_off_and_what_is_sent_again_takes_its_place(int bytesLost)
    {
        var numbers = await WriteAsync(100);
        DeleteIndex();
        var last = Directory.GetFiles(Options.Folder).Order().Last();
        await using (var file = File.OpenWrite(last))
        {
            file.SetLength(file.Length - bytesLost);
        }

        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        var left = await NumbersAsync(store);
        left.Count.ShouldBeLessThan(numbers.Count);
        left.ShouldBe(numbers[..left.Count]);
        await store.AppendAsync([.. numbers.Select(number => Chunks.Of(number))], None);

        (await NumbersAsync(store)).ShouldBe(numbers);
    }

    [Fact]
    public async Task An_end_that_the_index_does_not_know_is_read_from_the_segments()
    {
        await WriteAsync(50);
        File.Copy(Options.IndexPath, _folder["older"]);
        await using (var store = FileLogStore.Open(Options, TimeProvider.System))
        {
            await store.AppendAsync([.. Enumerable.Range(50, 200).Select(number => Chunks.Of(number))], None);
        }

        DeleteIndex();
        File.Move(_folder["older"], Options.IndexPath);

        (await ReadNumbersAsync()).ShouldBe(Enumerable.Range(0, 250).Select(number => (long)number));
    }

    [Fact]
    public async Task A_damaged_block_is_named_where_it_is_missed_and_the_blocks_behind_it_stay()
    {
        var numbers = await WriteAsync(100);
        var segment = Directory.GetFiles(Options.Folder).Order().Last();
        var before = await File.ReadAllBytesAsync(segment);
        before[40] ^= 0xFF;
        await File.WriteAllBytesAsync(segment, before);

        List<LogChunk> read;
        await using (var store = FileLogStore.Open(Options, TimeProvider.System))
        {
            read = await Chunks.ReadAllAsync(store, Job);
        }

        var mark = read.Single(chunk => chunk.Source == LogChunk.StoreSource);
        Chunks.TextOf(mark).ShouldContain(segment);
        read.IndexOf(mark).ShouldBeInRange(1, read.Count - 2);
        read.Where(chunk => chunk.Source != LogChunk.StoreSource).Select(chunk => chunk.SequenceNr).ShouldBeSubsetOf(numbers);
        read[^1].SequenceNr.ShouldBe(numbers[^1]);

        DeleteIndex();
        var left = await ReadNumbersAsync();
        left.Count.ShouldBeLessThan(numbers.Count);
        left[^1].ShouldBe(numbers[^1]);
        (await File.ReadAllBytesAsync(segment)).ShouldBe(before, "a damaged block may be all that somebody has left");
    }

    [Fact]
    public async Task Segments_that_were_taken_away_are_not_missed_by_the_index()
    {
        await WriteAsync(200);
        var first = Directory.GetFiles(Options.Folder).Order().First();
        File.Delete(first);

        var left = await ReadNumbersAsync();

        left.Count.ShouldBeInRange(1, 199);
        left[^1].ShouldBe(199);
    }

    [Fact]
    public async Task When_nothing_can_be_written_chunks_count_as_not_stored_and_are_taken_later()
    {
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        Directory.Delete(Options.Folder);
        var failure = await Should.ThrowAsync<JournalException>(() => store.AppendAsync([Chunks.Of(1)], None));
        failure.Message.ShouldContain(Options.Folder);
        failure.Message.ShouldContain("KiB");
        (await NumbersAsync(store)).ShouldBeEmpty();

        Directory.CreateDirectory(Options.Folder);
        await store.AppendAsync([Chunks.Of(1)], None);

        (await NumbersAsync(store)).ShouldBe([1L]);
    }

    [Fact]
    public async Task What_comes_behind_lines_that_could_not_be_written_waits_until_they_are()
    {
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        Directory.Delete(Options.Folder);
        await Should.ThrowAsync<JournalException>(() => store.AppendAsync([Chunks.Of(1), Chunks.Of(2)], None));
        Directory.CreateDirectory(Options.Folder);

        (await Should.ThrowAsync<JournalException>(() => store.AppendAsync([Chunks.Of(3)], None))).Message.ShouldContain("earlier");
        await store.AppendAsync([Chunks.Of(7, task: 1, launcher: Guid.NewGuid())], None);
        await store.AppendAsync([Chunks.Of(1), Chunks.Of(2)], None);
        (await Should.ThrowAsync<JournalException>(() => store.AppendAsync([Chunks.Of(4)], None))).Message.ShouldContain("earlier");
        await store.AppendAsync([Chunks.Of(3), Chunks.Of(4)], None);

        (await NumbersAsync(store)).Where(number => number != 7).ShouldBe([1L, 2, 3, 4]);
    }

    [Fact]
    public async Task A_block_that_cannot_be_written_takes_those_behind_it_along()
    {
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        Directory.Delete(Options.Folder);
        var many = Enumerable.Range(1, 2000).Select(number => Chunks.Of(number)).ToList();
        var appends = many.Chunk(100).Select(some => store.AppendAsync(some, None)).ToList();
        foreach (var append in appends)
        {
            await Should.ThrowAsync<JournalException>(() => append);
        }

        Directory.CreateDirectory(Options.Folder);
        await store.AppendAsync(many, None);

        (await NumbersAsync(store)).ShouldBe(many.Select(chunk => chunk.SequenceNr));
    }

    [Fact]
    public async Task Only_their_owner_can_read_logs()
    {
        await WriteAsync(1);

        File.GetUnixFileMode(Options.Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Directory.GetFiles(Options.Folder).Single()).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Options.IndexPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Output_is_compressed()
    {
        await using (var store = FileLogStore.Open(FileLogStoreOptions.In(_folder.Path), TimeProvider.System))
        {
            await store.AppendAsync([.. Enumerable.Range(0, 5000).Select(number => Chunks.Of(number, task: number))], None);
        }

        var plain = Enumerable.Range(0, 5000).Sum(number => Chunks.Of(number).Bytes.Length);
        new FileInfo(Directory.GetFiles(Options.Folder).Single()).Length.ShouldBeLessThan(plain);
    }

    [Fact]
    public async Task Output_of_many_threads_at_once_is_complete_and_ordered_for_each()
    {
        const int Each = 30;
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
            {
                await store.AppendAsync([Chunks.Of((task * Each) + number, task: task)], None);
            }
        })));

        for (var task = 0; task < 8; task++)
        {
            var read = await Chunks.ReadAllAsync(store, new LogSelection(new JobId(1), task));
            read.Select(chunk => chunk.SequenceNr).ShouldBe(Enumerable.Range(task * Each, Each).Select(number => (long)number));
        }
    }

    private async Task<List<long>> WriteAsync(int count)
    {
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        for (var number = 0; number < count; number += 5)
        {
            await store.AppendAsync([.. Enumerable.Range(number, 5).Select(n => Chunks.Of(n))], None);
        }

        return await NumbersAsync(store);
    }

    private async Task<List<long>> ReadNumbersAsync()
    {
        await using var store = FileLogStore.Open(Options, TimeProvider.System);
        return await NumbersAsync(store);
    }

    private static async Task<List<long>> NumbersAsync(ILogStore store) =>
        (await Chunks.ReadAllAsync(store, Job)).ConvertAll(chunk => chunk.SequenceNr);

    private void DeleteIndex()
    {
        foreach (var file in Directory.GetFiles(_folder.Path, "logs.db*"))
        {
            File.Delete(file);
        }
    }
}
