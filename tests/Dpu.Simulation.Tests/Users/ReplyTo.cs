using Dpu.Kernel;

namespace Dpu.Simulated;

/// <summary>An address outside of all processes: what is sent to it is looked at in the moment of sending.</summary>
internal sealed class ReplyTo<T>(Action<T> onReply) : IActorRef<T>
    where T : class
{
    public ActorPath Path { get; } = new("/world/reply");

    public void Tell(T message) => onReply(message);

    public bool TryTell(T message)
    {
        onReply(message);
        return true;
    }
}
