namespace Dpu.Kernel;

/// <summary>What actors' cells tell each other, on a lane that is looked at before the mailbox and while a handler waits.</summary>
internal abstract class SystemMessage;

internal sealed class StopRequest : SystemMessage
{
    public static readonly StopRequest Instance = new();
}

/// <summary>A child is gone; its name is free.</summary>
internal sealed class ChildStopped(ActorCell child) : SystemMessage
{
    public ActorCell Child { get; } = child;
}

/// <summary>A child's failure is its parent's now.</summary>
internal sealed class ChildEscalated(Exception reason) : SystemMessage
{
    public Exception Reason { get; } = reason;
}

internal sealed class AddWatcher(IWatcher watcher) : SystemMessage
{
    public IWatcher Watcher { get; } = watcher;
}

internal sealed class RemoveWatcher(IWatcher watcher) : SystemMessage
{
    public IWatcher Watcher { get; } = watcher;
}

/// <summary>A watched actor is gone.</summary>
internal sealed class Terminated(ActorCell actor) : SystemMessage
{
    public ActorCell Actor { get; } = actor;
}

/// <summary>Whoever wants to know when an actor is gone.</summary>
internal interface IWatcher
{
    void OnTerminated(ActorCell actor);
}

/// <summary>Whoever an actor hangs from: another actor, or the top of the tree.</summary>
internal interface IParent
{
    void OnChildStopped(ActorCell child);

    void OnChildEscalated(ActorCell child, Exception reason);
}
