namespace Dpu.Kernel;

/// <summary>Keeps messages that the actor cannot handle now, for later.</summary>
public interface IStash<in TMessage>
    where TMessage : class
{
    /// <summary>How many messages are kept.</summary>
    int Count { get; }

    /// <summary>Keeps a message.</summary>
    /// <exception cref="StashOverflowException">The stash is full; see <see cref="Props{TMessage}.StashCapacity"/>.</exception>
    void Stash(TMessage message);

    /// <summary>Puts all kept messages before those that wait in the mailbox, in the order in which they were kept.</summary>
    void UnstashAll();
}

/// <summary>An actor wanted to keep more messages than its stash may hold.</summary>
public sealed class StashOverflowException(ActorPath path, int capacity)
    : InvalidOperationException($"{path} has {capacity} messages in its stash already, which is its capacity.")
{
    public ActorPath Path { get; } = path;

    public int Capacity { get; } = capacity;
}
