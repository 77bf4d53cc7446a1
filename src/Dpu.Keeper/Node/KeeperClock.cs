namespace Dpu.Keeper.Node;

/// <summary>Both clocks of the keeper: wall time for reports, and for everything that is measured one that nobody sets.</summary>
internal sealed class KeeperClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Since the keeper was started; it only rises.</summary>
    public long Milliseconds => (long)time.GetElapsedTime(_start).TotalMilliseconds;
}
