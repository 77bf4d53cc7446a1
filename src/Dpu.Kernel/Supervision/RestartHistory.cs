namespace Dpu.Kernel;

/// <summary>Counts an actor's restarts of late and says how long to wait before the next, or that it was one too many.</summary>
internal sealed class RestartHistory
{
    private const double JitterShare = 0.2;
    private readonly Queue<DateTimeOffset> _restarts = new();

    /// <returns>The delay before the restart, or null when the intensity is exceeded.</returns>
    public TimeSpan? Next(SupervisorStrategy.Restart strategy, DateTimeOffset now, Random random)
    {
        while (_restarts.TryPeek(out var oldest) && now - oldest > strategy.Within)
        {
            _restarts.Dequeue();
        }

        if (_restarts.Count >= strategy.MaxRestarts)
        {
            return null;
        }

        // 2^30 times any useful delay is far beyond any useful maximum; the cap keeps the product finite.
        var doublings = Math.Min(_restarts.Count, 30);
        var delay = Math.Min(strategy.MinBackoff.Ticks * (double)(1L << doublings), strategy.MaxBackoff.Ticks);
        _restarts.Enqueue(now);
        return TimeSpan.FromTicks((long)(delay * (1 + (JitterShare * random.NextDouble()))));
    }
}
