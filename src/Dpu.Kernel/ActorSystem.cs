using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dpu.Kernel;

/// <summary>A tree of actors that share a dispatcher, a clock and a source of chance. One process may hold several.</summary>
public sealed class ActorSystem : IAsyncDisposable
{
    private readonly IDispatcher _dispatcher;
    private readonly Guardian _guardian;
    private readonly int _seed;
    private readonly bool _onThreadPool;
    private long _questions;

    private ActorSystem(string name, ActorSystemOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Throughput, 1);
        Name = name;
        Time = options.Time;
        Throughput = options.Throughput;
        Loggers = options.Loggers ?? NullLoggerFactory.Instance;
        Logger = Loggers.CreateLogger<ActorSystem>();
        _dispatcher = options.Dispatcher;
        _onThreadPool = _dispatcher is ThreadPoolDispatcher;
        _seed = options.Seed;
        _guardian = new Guardian(this);
        Shutdown = new CoordinatedShutdown(this, options.ShutdownPhases, new DispatcherTaskScheduler(_dispatcher));
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    /// <summary>What nobody received.</summary>
    public DeadLetters DeadLetters { get; } = new();

    /// <summary>Events for whoever subscribed, by type.</summary>
    public EventStream EventStream { get; } = new();

    /// <summary>The orderly way down, in phases.</summary>
    public CoordinatedShutdown Shutdown { get; }

    /// <summary>The failure that reached the top and stopped the system, or null.</summary>
    public Exception? Fault => _guardian.Fault;

    /// <summary>Ends when all actors have stopped; faulted with <see cref="Fault"/> when a failure stopped the system.</summary>
    public Task WhenTerminated => _guardian.WhenTerminated;

    internal int Throughput { get; }

    internal ILoggerFactory Loggers { get; }

    internal ILogger Logger { get; }

    public static ActorSystem Create(string name, ActorSystemOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        return new ActorSystem(name, options);
    }

    /// <summary>Starts an actor at the top of the tree, <c>/user/name</c>. From any thread.</summary>
    /// <exception cref="ActorNameTakenException">A living actor has this name.</exception>
    /// <exception cref="ArgumentException">The name is no plain path element.</exception>
    /// <exception cref="InvalidOperationException">The system is stopping.</exception>
    public IActorRef<T> Spawn<T>(Props<T> props, string name)
        where T : class => _guardian.Spawn(props, name);

    /// <summary>Asks an actor of the tree's top to stop and completes when it has; Akka's <c>gracefulStop</c>. From any thread.</summary>
    public Task StopAsync(IActorRef actor)
    {
        _guardian.CellOf(actor).RequestStop();
        return WhenStopped(actor);
    }

    /// <summary>Completes when <paramref name="actor"/> has stopped. From any thread.</summary>
    public Task WhenStopped(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor is not ActorCell cell || !ReferenceEquals(cell.System, this))
        {
            throw new ArgumentException($"{actor.Path} is not an actor of system {Name}.", nameof(actor));
        }

        var watcher = new TaskWatcher();
        cell.AddWatcher(watcher);
        return watcher.Task;
    }

    /// <summary>Stops all actors in good order. Completes when they have stopped, whatever stopped the system.</summary>
    public Task TerminateAsync() => _guardian.TerminateAsync();

    public async ValueTask DisposeAsync() => await TerminateAsync();

    internal void Dispatch(ActorCell cell, ref Action? turn)
    {
        if (_onThreadPool)
        {
            // The cell is its own work item: nothing is allocated per turn.
            PoolTurns.Schedule(cell);
        }
        else
        {
            _dispatcher.Schedule(turn ??= cell.RunTurn);
        }
    }

    internal void AddDeadLetter(ActorPath recipient, object message, DeadLetterReason reason)
    {
        DeadLetters.Add(new DeadLetter(recipient, message, reason));
        Log.DeadLetter(Logger, recipient, message.GetType().Name, reason);
    }

    internal ActorPath NextQuestionPath() => new($"/temp/{Interlocked.Increment(ref _questions)}");

    internal Random CreateRandom(ActorPath path) => new(StableHash.Of(path.Value, _seed));

    internal IReadOnlyList<ActorPath> LivingAtTop() => _guardian.Living();
}
