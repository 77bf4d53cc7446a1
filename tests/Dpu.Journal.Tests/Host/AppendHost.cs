using System.Globalization;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Tests.Host;

/// <summary>Child processes that append.</summary>
internal static class AppendHost
{
    private const int Writers = 8;

    /// <summary>Eight actors append, each event two rows; every acknowledged number is printed after its acknowledgement.</summary>
    public static async Task AppendForeverAsync(string folder)
    {
        using var directory = DataDirectory.Take(folder);
        await using var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System);
        using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0L; ; number += 2)
            {
                await store.Journal.AppendAsync($"w{writer}", number, Notes.Of($"{number + 1}", $"{number + 2}"), CancellationToken.None);
                var line = System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{writer} {number + 2}\n"));
                lock (gate)
                {
                    output.Write(line);
                }
            }
        }));
    }

    /// <summary>Appends until the disk is full, makes room, and appends again. Prints the error, the last number before it, and the last one at the end.</summary>
    public static async Task<int> AppendUntilFullAsync(string folder, string ballast)
    {
        using var directory = DataDirectory.Take(folder);
        await using var store = SqliteStore.Open(directory, Notes.Codec, TimeProvider.System);
        var text = new string('x', 20_000);
        var number = 0L;
        try
        {
            while (true)
            {
                await store.Journal.AppendAsync("a", number, Notes.Of(text, text), CancellationToken.None);
                number += 2;
            }
        }
        catch (JournalException full)
        {
            Console.WriteLine(full.Message);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number}"));
        File.Delete(ballast);
        await store.Journal.AppendAsync("a", number, Notes.Of("after"), CancellationToken.None);
        await store.Views.CaughtUpAsync(CancellationToken.None);
        var count = 0L;
        await foreach (var item in store.Journal.ReadAsync("a", 1, CancellationToken.None))
        {
            count = item.SequenceNr;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count}"));
        return 0;
    }
}
