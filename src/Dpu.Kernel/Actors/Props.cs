namespace Dpu.Kernel;

/// <summary>How to make an actor, and how to look after it.</summary>
/// <param name="Create">Makes a fresh instance, at the start and for each restart.</param>
public sealed record Props<TMessage>(Func<Actor<TMessage>> Create)
    where TMessage : class
{
    public MailboxOptions Mailbox { get; init; } = MailboxOptions.Unbounded;

    /// <summary>What happens when the actor fails; it is stopped unless said otherwise.</summary>
    public SupervisorStrategy Supervision { get; init; } = SupervisorStrategy.Default;

    /// <summary>The most messages that may be stashed at once.</summary>
    public int StashCapacity { get; init; } = 1024;
}

/// <summary>How many messages may wait for an actor. What the outside can fill should be bounded.</summary>
public sealed record MailboxOptions
{
    private MailboxOptions()
    {
    }

    public static MailboxOptions Unbounded { get; } = new();

    /// <summary>The most messages that may wait, or null for no bound.</summary>
    public int? Capacity { get; private init; }

    /// <summary>
    /// At most <paramref name="capacity"/> messages wait; further ones are refused. Messages that the actor causes itself
    /// (its timers, its watches, its pipes, its stash) are counted but never refused.
    /// </summary>
    public static MailboxOptions Bounded(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new MailboxOptions { Capacity = capacity };
    }
}
