namespace Dpu.Kernel;

/// <summary>The address of an actor. It stays the same over restarts, and may be kept and sent around freely.</summary>
public interface IActorRef
{
    ActorPath Path { get; }
}

/// <summary>The address of an actor that understands <typeparamref name="TMessage"/>.</summary>
/// <remarks>Delivery inside a process is at most once, and in order between any two actors. Both members may be called from any thread.</remarks>
public interface IActorRef<in TMessage> : IActorRef
    where TMessage : class
{
    /// <summary>Sends and forgets. What a full bounded mailbox or a stopped actor does not take is counted as a dead letter.</summary>
    void Tell(TMessage message);

    /// <summary>Sends, or returns false when the mailbox is full or the actor has stopped; nothing is counted then.</summary>
    bool TryTell(TMessage message);
}
