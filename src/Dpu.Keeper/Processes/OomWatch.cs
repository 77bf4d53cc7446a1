namespace Dpu.Keeper.Processes;

/// <summary>
/// Notices when the kernel kills for want of memory. It says so nowhere in a process's end, which is a SIGKILL like any other, but counts what it killed,
/// in any control group, for the whole host.
/// </summary>
/// <param name="count">How many processes the kernel has killed so far; null where it does not say.</param>
internal sealed class OomWatch(Func<long?> count)
{
    private long? _seen;

    /// <summary>Remembers the count of now; what was killed before says nothing about what ends from now on.</summary>
    public void Look() => _seen = count();

    /// <summary>Whether the kernel has killed since the last look. Asked only when something was killed: reading the count is not free.</summary>
    public bool HasStruck => count() is { } now && now > (_seen ?? long.MaxValue);
}
