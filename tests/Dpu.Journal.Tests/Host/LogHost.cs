using System.Globalization;
using System.Text;
using Dpu.Journal.Logs;
using Dpu.Journal.Tests.Logs;

namespace Dpu.Journal.Tests.Host;

/// <summary>A child process that writes logs and is killed.</summary>
internal static class LogHost
{
    /// <summary>Prints the number of each batch after it was acknowledged.</summary>
    public static async Task LogForeverAsync(string folder)
    {
        var options = FileLogStoreOptions.In(folder) with { FlushAfter = TimeSpan.FromMilliseconds(1) };
        await using var store = FileLogStore.Open(options, TimeProvider.System);
        await using var output = Console.OpenStandardOutput();
        for (var number = 0; ; number += 10)
        {
            await store.AppendAsync([.. Enumerable.Range(number, 10).Select(n => Chunks.Of(n))], CancellationToken.None);
            await output.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number + 9}\n")));
        }
    }
}
