using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Tests.Host;
using Dpu.Journal.Tests.Logs;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Store;

/// <summary>Real processes, killed for real: what was acknowledged is there, and nothing is half there.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9()
    {
        var acknowledged = new Dictionary<int, long>();
        using (var host = HostProcess.Start("append-forever", _folder["data"]))
        {
            for (var lines = 0; lines < 500; lines++)
            {
                Note(acknowledged, await host.Output.ReadLineAsync() ?? throw new InvalidOperationException((await host.EndAsync()).Error));
            }

            var held = Should.Throw<StoreException>(() => DataDirectory.Take(_folder["data"]));
            held.Message.ShouldContain($"process {host.Id}");
            var rest = (await host.KillAsync()).Split('\n');
            Array.ForEach(rest[..^1], line => Note(acknowledged, line));
        }

        using var directory = DataDirectory.Take(_folder["data"]);
        await using var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System);
        acknowledged.Count.ShouldBe(8);
        foreach (var (writer, number) in acknowledged)
        {
            var last = await LastAsync(store.Journal, $"w{writer}");
            last.ShouldBeGreaterThanOrEqualTo(number);
            (last % 2).ShouldBe(0, "two events were appended at a time");
        }

        await store.Journal.AppendAsync("w0", await LastAsync(store.Journal, "w0"), Notes.Of("on"), None);
    }

    [Fact]
    public async Task Acknowledged_output_survives_kill_9()
    {
        Directory.CreateDirectory(_folder["data"]);
        long acknowledged;
        using (var host = HostProcess.Start("log-forever", _folder["data"]))
        {
            for (var lines = 0; lines < 50; lines++)
            {
                _ = await host.Output.ReadLineAsync() ?? throw new InvalidOperationException((await host.EndAsync()).Error);
            }

            var rest = (await host.KillAsync()).Split('\n');
            acknowledged = rest.Length > 1 ? long.Parse(rest[^2], CultureInfo.InvariantCulture) : 499;
        }

        await using var store = FileLogStore.Open(FileLogStoreOptions.In(_folder["data"]), TimeProvider.System);
        var numbers = (await Chunks.ReadAllAsync(store, new LogSelection(new JobId(1)))).ConvertAll(chunk => chunk.SequenceNr);
        numbers.ShouldBe(Enumerable.Range(0, numbers.Count).Select(number => (long)number));
        numbers.Count.ShouldBeGreaterThan((int)acknowledged);
        await store.AppendAsync([Chunks.Of(0), Chunks.Of(numbers.Count)], None);
        (await Chunks.ReadAllAsync(store, new LogSelection(new JobId(1)))).Count.ShouldBe(numbers.Count + 1);
    }

    [FactWithMounts]
    public async Task A_full_disk_refuses_an_append_whole_and_the_store_goes_on_when_there_is_room()
    {
        var mount = $"mount -t tmpfs -o size=4m,mode=700 tmpfs '{_folder.Path}' && head -c 1500000 /dev/zero > '{_folder["ballast"]}' && exec \"$@\"";
        using var host = HostProcess.StartBy([.. FactWithMountsAttribute.Namespace, "sh", "-c", mount, "sh"], "append-until-full", _folder["data"], _folder["ballast"]);
        var says = await host.Output.ReadLineAsync() ?? throw new InvalidOperationException((await host.EndAsync()).Error);
        says.ShouldContain(_folder["data/dpu.db"]);
        says.ShouldContain("KiB are free");
        var number = long.Parse((await host.Output.ReadLineAsync())!, CultureInfo.InvariantCulture);
        number.ShouldBeGreaterThan(0);

        (await host.Output.ReadLineAsync()).ShouldBe((number + 1).ToString(CultureInfo.InvariantCulture), "room was made, and one more event appended");
        (await host.EndAsync()).ShouldBe((0, ""));
    }

    private static void Note(Dictionary<int, long> acknowledged, string line)
    {
        var parts = line.Split(' ');
        acknowledged[int.Parse(parts[0], CultureInfo.InvariantCulture)] = long.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    private static async Task<long> LastAsync(Dpu.Kernel.Persistence.IEventJournal journal, string persistenceId)
    {
        var last = 0L;
        await foreach (var item in journal.ReadAsync(persistenceId, 1, None))
        {
            item.SequenceNr.ShouldBe(last + 1);
            item.Event.ShouldBe(new Note(item.SequenceNr.ToString(CultureInfo.InvariantCulture)));
            last = item.SequenceNr;
        }

        return last;
    }
}
