namespace Dpu.Kernel;

/// <summary>The top of the tree. It is no actor: actors are spawned here from any thread, so a lock guards it.</summary>
internal sealed class Guardian(ActorSystem system) : IParent
{
    private static readonly ActorPath Path = new("/user");
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActorCell> _children = [];
    private readonly TaskCompletionSource _allStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _terminating;
    private volatile Exception? _fault;

    public Exception? Fault => _fault;

    public Task WhenTerminated => _terminated.Task;

    public IActorRef<T> Spawn<T>(Props<T> props, string name)
        where T : class
    {
        var path = Path.Child(name);
        var cell = new ActorCell<T>(system, this, path, props);
        lock (_gate)
        {
            if (_terminating)
            {
                throw new InvalidOperationException($"Actor system {system.Name} is stopping and cannot spawn '{name}'.");
            }

            if (!_children.TryAdd(name, cell))
            {
                throw new ActorNameTakenException(path);
            }
        }

        cell.Begin();
        return cell;
    }

    public ActorCell CellOf(IActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor is ActorCell cell && cell.IsChildOf(this)
            ? cell
            : throw new ArgumentException($"{actor.Path} is not at the top of actor system {system.Name}.", nameof(actor));
    }

    public IReadOnlyList<ActorPath> Living()
    {
        lock (_gate)
        {
            return [.. _children.Values.Select(c => c.Path)];
        }
    }

    public Task TerminateAsync()
    {
        ActorCell[] living;
        lock (_gate)
        {
            _terminating = true;
            living = [.. _children.Values];
        }

        if (living.Length == 0)
        {
            Complete();
        }

        foreach (var child in living)
        {
            child.RequestStop();
        }

        return _allStopped.Task;
    }

    public void OnChildStopped(ActorCell child)
    {
        bool last;
        lock (_gate)
        {
            _children.Remove(child.Path.Name);
            last = _terminating && _children.Count == 0;
        }

        if (last)
        {
            Complete();
        }
    }

    public void OnChildEscalated(ActorCell child, Exception reason)
    {
        // The first failure is the cause; what fails while the system goes down is a consequence.
        if (Interlocked.CompareExchange(ref _fault, reason, null) is null)
        {
            Log.SystemFault(system.Logger, system.Name, child.Path, reason);
            _ = TerminateAsync();
        }
    }

    private void Complete()
    {
        if (_fault is { } fault)
        {
            _terminated.TrySetException(fault);
        }
        else
        {
            _terminated.TrySetResult();
        }

        _allStopped.TrySetResult();
    }
}
