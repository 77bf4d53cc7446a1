namespace Dpu.Kernel;

/// <summary>What happens to an actor that failed. It stands in the actor's own <see cref="Props{TMessage}"/>, as in Akka Typed.</summary>
public abstract record SupervisorStrategy
{
    private SupervisorStrategy()
    {
    }

    /// <summary>The strategy of actors that name none.</summary>
    public static SupervisorStrategy Default { get; } = new Stop();

    /// <summary>The failure is logged and the actor is stopped in good order.</summary>
    public sealed record Stop : SupervisorStrategy;

    /// <summary>The actor is stopped, and its parent fails with the same exception. What reaches the top stops the system.</summary>
    public sealed record Escalate : SupervisorStrategy;

    /// <summary>
    /// A fresh instance takes over the address and the mailbox, after a delay that doubles with every restart of late and
    /// has up to a fifth of random extra, so that many actors that failed together do not come back together.
    /// </summary>
    /// <param name="MinBackoff">The delay before the first restart; zero for none.</param>
    /// <param name="MaxBackoff">The longest delay, before the random extra.</param>
    /// <param name="MaxRestarts">How many restarts are allowed within <paramref name="Within"/>; the failure after that escalates.</param>
    /// <param name="Within">The sliding time over which restarts are counted.</param>
    public sealed record Restart(TimeSpan MinBackoff, TimeSpan MaxBackoff, int MaxRestarts, TimeSpan Within) : SupervisorStrategy;
}
