using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Host;

/// <summary>
/// A service of one recipe: starts it as attempt 1/0/1, acknowledges nothing, prints <c>started PID</c> and then waits to be killed.
/// </summary>
internal static class TestService
{
    public static async Task<int> RunAsync(string dataDirectory, string[] command)
    {
        var self = new KeeperCommand(Environment.ProcessPath!, ["keeper"]);
        await using var launcher = new KeeperLauncher(dataDirectory, self, TimeProvider.System, Console.Error.WriteLine);
        var request = new LaunchRequest(
            new AttemptId(new JobId(1), 0, 1),
            [.. command],
            [new("PATH", "/usr/bin:/bin")],
            dataDirectory,
            new AttemptLimits(null, null, TimeSpan.FromSeconds(5), 1 << 20, 1 << 20));
        launcher.Connect(events =>
        {
            foreach (var happened in events)
            {
                if (happened is LauncherEvent.Connected connected)
                {
                    launcher.Start(connected.Incarnation, [request]);
                }
                else if (happened is LauncherEvent.Started started)
                {
                    Console.WriteLine($"started {started.Pid}");
                }
            }
        });
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        return 0;
    }
}
