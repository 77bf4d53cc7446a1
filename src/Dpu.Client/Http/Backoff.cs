namespace Dpu.Client.Http;

/// <summary>Waits between tries: from 0.1 s, doubling up to 5 s, each shortened by up to half so that clients of one outage spread.</summary>
internal sealed class Backoff(TimeProvider time, Random random, TimeSpan patience)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly long _since = time.GetTimestamp();
    private TimeSpan _next = First;

    /// <summary>Waits and returns true, or returns false when the patience is used up.</summary>
    public async Task<bool> WaitAsync(CancellationToken ct)
    {
        if (time.GetElapsedTime(_since) >= patience)
        {
            return false;
        }

        await Task.Delay(_next * (1 - (random.NextDouble() / 2)), time, ct);
        _next = TimeSpan.FromTicks(Math.Min(_next.Ticks * 2, Longest.Ticks));
        return true;
    }
}
