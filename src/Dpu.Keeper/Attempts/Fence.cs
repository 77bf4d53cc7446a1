namespace Dpu.Keeper.Attempts;

/// <summary>
/// Until when recipes may run here. It falls when the lease runs out, and rises with a later one; without any lease it never falls. The loop sees to it that a fall
/// is noticed before a later lease is heard of; threads that spawn ask for themselves, since they may wake first after this process was stopped.
/// </summary>
internal sealed class Fence(TimeProvider bootTime)
{
    private const long NoLease = long.MaxValue;
    private const int WorthNothing = -1;

    private long _until = NoLease;
    private int _falls;

    /// <summary>What a request that comes now is given: it lets it start unless the fence falls before that, and never when it is down already.</summary>
    public int Ticket => IsDown ? WorthNothing : _falls;

    /// <summary>Whether it is down, and that was noticed.</summary>
    public bool IsDown { get; private set; }

    /// <summary>When it fell last, since the host's start.</summary>
    public TimeSpan FellAt { get; private set; }

    private bool HasRunOut => Volatile.Read(ref _until) is var until and not NoLease && bootTime.GetTimestamp() >= until;

    /// <summary>Takes a lease; false for one that is not later than the present one.</summary>
    public bool TryExtend(TimeSpan until)
    {
        if (_until != NoLease && until.Ticks <= _until)
        {
            return false;
        }

        Volatile.Write(ref _until, until.Ticks);
        IsDown = false;
        return true;
    }

    /// <summary>True once for each lease that ran out.</summary>
    public bool FallsNow()
    {
        if (IsDown || !HasRunOut)
        {
            return false;
        }

        IsDown = true;
        FellAt = TimeSpan.FromTicks(_until);
        Interlocked.Increment(ref _falls);
        return true;
    }

    /// <summary>Whether something may be started now that was given this ticket when it was asked for; for any thread.</summary>
    public bool LetsStart(int ticket) => !HasRunOut && ticket == Volatile.Read(ref _falls);

    /// <summary>What is left of a grace that began when it fell: a host that was suspended meanwhile has none to give.</summary>
    public TimeSpan Left(TimeSpan grace)
    {
        var left = FellAt + grace - bootTime.GetElapsedTime(0);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
