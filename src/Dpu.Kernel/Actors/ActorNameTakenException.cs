namespace Dpu.Kernel;

/// <summary>Another child of the same parent has this name and has not stopped yet. Watch it to learn when the name is free.</summary>
public sealed class ActorNameTakenException(ActorPath path)
    : InvalidOperationException($"There is an actor at {path} already.")
{
    public ActorPath Path { get; } = path;
}
