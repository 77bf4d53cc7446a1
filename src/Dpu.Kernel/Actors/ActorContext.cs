using Microsoft.Extensions.Logging;

namespace Dpu.Kernel;

/// <summary>
/// What an actor sees of its surroundings. It belongs to one instance and may be used from the actor's own code only:
/// its hooks, its handlers and what follows their awaits.
/// </summary>
public sealed class ActorContext<TMessage>
    where TMessage : class
{
    private readonly ActorCell<TMessage> _cell;
    private ActorTimers<TMessage>? _timers;
    private ActorStash<TMessage>? _stash;
    private ILogger? _logger;
    private bool _closed;

    internal ActorContext(ActorCell<TMessage> cell) => _cell = cell;

    public IActorRef<TMessage> Self => _cell;

    public ActorSystem System => _cell.System;

    public TimeProvider Time => _cell.System.Time;

    /// <summary>A source of its own for each actor, seeded by the system's seed and the actor's path.</summary>
    public Random Random => _cell.Random;

    /// <summary>Logs under the actor's type, so that short-lived actors do not fill the factory with categories.</summary>
    public ILogger Logger => _logger ??= _cell.System.Loggers.CreateLogger(_cell.ActorType);

    /// <summary>Cancelled as soon as the actor is asked to stop, so that a waiting handler can give up.</summary>
    public CancellationToken Stopping => _cell.Stopping;

    /// <summary>The children that have not stopped yet; a copy.</summary>
    public IReadOnlyCollection<IActorRef> Children => _cell.Children;

    public ITimers<TMessage> Timers => _timers ??= new ActorTimers<TMessage>(_cell, _closed);

    public IStash<TMessage> Stash => _stash ??= new ActorStash<TMessage>(_cell);

    /// <summary>Starts a child.</summary>
    /// <exception cref="ActorNameTakenException">A living child has this name.</exception>
    /// <exception cref="ArgumentException">The name is no plain path element.</exception>
    public IActorRef<T> Spawn<T>(Props<T> props, string name)
        where T : class => _cell.Spawn(props, name);

    /// <summary>Asks a child to stop, once it has finished the message it is at.</summary>
    public void Stop(IActorRef child)
    {
        ArgumentNullException.ThrowIfNull(child);
        _cell.StopChild(child);
    }

    /// <summary>Stops this actor once the present handler has ended; what waits in the mailbox goes to the dead letters.</summary>
    public void StopSelf() => _cell.StopSelf();

    /// <summary>
    /// Sends <paramref name="whenTerminated"/> to this actor when <paramref name="other"/> has stopped, also when it had already.
    /// It comes after everything that <paramref name="other"/> had sent here. Watching again replaces the message.
    /// </summary>
    public void Watch(IActorRef other, TMessage whenTerminated)
    {
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(whenTerminated);
        _cell.Watch(other, whenTerminated);
    }

    /// <summary>Ends a watch; its message does not arrive any more, even if it was waiting in the mailbox.</summary>
    public void Unwatch(IActorRef other)
    {
        if (other is ActorCell cell)
        {
            _cell.Unwatch(cell);
        }
    }

    /// <summary>
    /// Starts <paramref name="work"/> and sends its outcome to this actor as a message. Other messages are handled meanwhile.
    /// Outcomes arrive in the order in which the works end; they survive a restart of the actor.
    /// </summary>
    public void PipeToSelf<T>(Func<CancellationToken, Task<T>> work, Func<T, TMessage> succeeded, Func<Exception, TMessage> failed)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(succeeded);
        ArgumentNullException.ThrowIfNull(failed);
        _ = PipeAsync(work, succeeded, failed);
    }

    /// <summary>Handles messages with <paramref name="behaviour"/> from the next one on. Not for actors that take batches.</summary>
    public void Become(Func<TMessage, ValueTask> behaviour)
    {
        ArgumentNullException.ThrowIfNull(behaviour);
        if (_cell.TakesBatches)
        {
            throw new NotSupportedException($"{_cell.Path} takes batches and cannot change its behaviour.");
        }

        _cell.Behaviour = behaviour;
    }

    /// <summary>Handles messages with the actor's own handler again.</summary>
    public void Unbecome() => _cell.Behaviour = null;

    /// <summary>Ends what the instance has outstanding; kept messages go back to the mailbox.</summary>
    internal void Close()
    {
        _closed = true;
        _timers?.Close();
        _stash?.UnstashAll();
    }

    private async Task PipeAsync<T>(Func<CancellationToken, Task<T>> work, Func<T, TMessage> succeeded, Func<Exception, TMessage> failed)
    {
        Task<T> outcome;
        try
        {
            outcome = work(Stopping);
            await outcome;
        }
        catch (Exception reason)
        {
            outcome = Task.FromException<T>(reason);
        }

        _cell.Enqueue(new PipeEnvelope<T, TMessage>(outcome, succeeded, failed));
    }
}
