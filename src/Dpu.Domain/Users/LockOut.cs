namespace Dpu.Domain.Users;

/// <summary>
/// How long the next try has to wait after wrong ones. Each counts one and is forgiven after a while, so that a slip now and then costs nothing; above <paramref name="Free"/> the
/// wait doubles with each further one, up to <paramref name="WaitMax"/>: however long somebody guesses, about one try per <paramref name="Forgiven"/> is looked at, and nobody is shut out for good.
/// </summary>
/// <param name="Free">So many wrong tries cost nothing.</param>
/// <param name="Forgiven">After so long one wrong try is forgotten.</param>
/// <param name="FirstWait">The wait after the first that is not free.</param>
/// <param name="WaitMax">The longest.</param>
public sealed record LockOut(int Free, TimeSpan Forgiven, TimeSpan FirstWait, TimeSpan WaitMax)
{
    /// <summary>What counts of <paramref name="tries"/> when the last of them was <paramref name="ago"/>.</summary>
    public double After(double tries, TimeSpan ago) => Math.Max(0, tries - (ago / Forgiven));

    /// <summary>How long after the last of so many tries the next one may come. A part of one counts as one: what is forgiven is forgiven as a whole.</summary>
    public TimeSpan WaitAfter(double tries) => Math.Ceiling(tries) - Free is var above && above < 0
        ? TimeSpan.Zero
        : TimeSpan.FromTicks((long)Math.Min(WaitMax.Ticks, FirstWait.Ticks * Math.Pow(2, Math.Min(60, above))));
}
