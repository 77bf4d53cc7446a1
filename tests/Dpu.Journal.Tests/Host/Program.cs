namespace Dpu.Journal.Tests.Host;

/// <summary>What a test's child process does: it is killed, starved of disk, or refused.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["append-forever", var folder]:
                await AppendHost.AppendForeverAsync(folder);
                return 0;
            case ["append-until-full", var folder, var ballast]:
                return await AppendHost.AppendUntilFullAsync(folder, ballast);
            case ["log-forever", var folder]:
                await LogHost.LogForeverAsync(folder);
                return 0;
            default:
                await Console.Error.WriteLineAsync("This program is started by its own tests.");
                return 2;
        }
    }
}
