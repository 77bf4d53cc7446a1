using System.Diagnostics;

namespace Dpu.System.Tests.Processes;

/// <summary>Waits for something that another process does, of which nobody tells us.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static Task HoldsAsync(Func<bool> condition, string what, TimeSpan? limit = null) => AsksAsync(() => Task.FromResult(condition()), what, limit);

    /// <summary>The same for what has to be asked for.</summary>
    public static async Task AsksAsync(Func<Task<bool>> condition, string what, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        using var ticks = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (watch.Elapsed > (limit ?? TimeSpan.FromSeconds(60)))
            {
                throw new TimeoutException($"It did not come to this: {what}.");
            }

            await ticks.WaitForNextTickAsync();
        }
    }
}
