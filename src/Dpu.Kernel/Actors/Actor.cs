namespace Dpu.Kernel;

/// <summary>
/// A thing with a state of its own that handles one message at a time. While a handler awaits, its actor waits with it:
/// the next message is not looked at before the handler has ended.
/// </summary>
/// <remarks>An exception that leaves a handler or a hook loses that message only; the actor's <see cref="SupervisorStrategy"/> decides what follows.</remarks>
public abstract class Actor<TMessage>
    where TMessage : class
{
    private ActorContext<TMessage>? _context;

    /// <summary>The actor's view of its surroundings; there from before <see cref="OnStartAsync"/> on, not yet in the constructor.</summary>
    protected ActorContext<TMessage> Context =>
        _context ?? throw new InvalidOperationException($"{GetType().Name} has no context before it is started: use it in OnStartAsync, not in the constructor.");

    /// <summary>How many messages one call may take at most, for actors that take batches; 0 for all others.</summary>
    internal virtual int BatchLimit => 0;

    /// <summary>Runs before the first message of this instance, also after a restart (Akka's <c>preStart</c>).</summary>
    protected virtual ValueTask OnStartAsync() => ValueTask.CompletedTask;

    /// <summary>Runs as the last thing before the actor is gone, when its children have stopped (Akka's <c>postStop</c>).</summary>
    protected virtual ValueTask OnStopAsync() => ValueTask.CompletedTask;

    /// <summary>Runs on the failed instance before it is dropped, when its children have stopped (Akka's <c>preRestart</c>).</summary>
    protected virtual ValueTask OnRestartAsync(Exception reason) => OnStopAsync();

    /// <summary>Handles one message.</summary>
    protected abstract ValueTask ReceiveAsync(TMessage message);

    internal void Attach(ActorContext<TMessage> context) => _context = context;

    internal ValueTask StartAsync() => OnStartAsync();

    internal ValueTask StopAsync() => OnStopAsync();

    internal ValueTask RestartAsync(Exception reason) => OnRestartAsync(reason);

    internal ValueTask HandleAsync(TMessage message) => ReceiveAsync(message);

    internal virtual ValueTask HandleBatchAsync(IReadOnlyList<TMessage> messages) =>
        throw new NotSupportedException($"{GetType().Name} takes one message at a time.");
}
