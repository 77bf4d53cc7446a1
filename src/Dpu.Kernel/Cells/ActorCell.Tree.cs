namespace Dpu.Kernel;

/// <content>Children and watches.</content>
internal abstract partial class ActorCell
{
    private Dictionary<string, ActorCell>? _children;
    private TaskCompletionSource? _childrenGone;
    private HashSet<IWatcher>? _watchers;
    private Dictionary<ActorCell, WatchState>? _watching;

    public IReadOnlyCollection<IActorRef> Children => _children is null ? [] : [.. _children.Values];

    public IActorRef<T> Spawn<T>(Props<T> props, string name)
        where T : class
    {
        var path = Path.Child(name);
        if (_stopping)
        {
            throw new InvalidOperationException($"{Path} is stopping and cannot spawn '{name}'.");
        }

        var child = new ActorCell<T>(System, this, path, props);
        if (!(_children ??= []).TryAdd(name, child))
        {
            throw new ActorNameTakenException(path);
        }

        child.Begin();
        return child;
    }

    public void StopChild(IActorRef child)
    {
        if (child is not ActorCell cell || !ReferenceEquals(cell._parent, this))
        {
            throw new ArgumentException($"{child.Path} is not a child of {Path}.", nameof(child));
        }

        cell.RequestStop();
    }

    /// <summary>Tells <paramref name="watcher"/> when this actor is gone, at once when it is already. From any thread.</summary>
    public void AddWatcher(IWatcher watcher)
    {
        if (!Send(new AddWatcher(watcher)))
        {
            watcher.OnTerminated(this);
        }
    }

    public void RemoveWatcher(IWatcher watcher) => Send(new RemoveWatcher(watcher));

    protected void Watch(ActorCell other, WatchState watch)
    {
        if (_stopping)
        {
            return;
        }

        Unwatch(other);
        (_watching ??= []).Add(other, watch);
        other.AddWatcher(this);
    }

    public void Unwatch(ActorCell other)
    {
        if (_watching is not null && _watching.Remove(other, out var watch))
        {
            watch.Cancelled = true;
            other.RemoveWatcher(this);
        }
    }

    protected void ForgetWatch(ActorCell other) => _watching?.Remove(other);

    /// <summary>Puts the message of a watch that came true into the mailbox.</summary>
    protected abstract void EnqueueWatch(WatchState watch);

    private void DeliverTermination(ActorCell actor)
    {
        // Behind what the mailbox holds: an actor's last words are heard before the news of its end.
        if (_watching is not null && _watching.TryGetValue(actor, out var watch) && !watch.Enqueued)
        {
            watch.Enqueued = true;
            EnqueueWatch(watch);
        }
    }

    private void UnwatchAll()
    {
        foreach (var other in _watching?.Keys.ToArray() ?? [])
        {
            Unwatch(other);
        }
    }

    private void RemoveChild(ActorCell child)
    {
        _children?.Remove(child.Path.Name);
        if (_children is null or { Count: 0 })
        {
            _childrenGone?.TrySetResult();
        }
    }

    private async Task StopChildrenAsync()
    {
        if (_children is null or { Count: 0 })
        {
            return;
        }

        _childrenGone = new TaskCompletionSource();
        foreach (var child in _children.Values)
        {
            child.RequestStop();
        }

        await _childrenGone.Task;
        _childrenGone = null;
    }

    /// <summary>One watch; it is cancelled, not searched for, when it waits in the mailbox already.</summary>
    internal sealed class WatchState(ActorCell other, object message)
    {
        public ActorCell Other { get; } = other;

        public object Message { get; } = message;

        public bool Enqueued { get; set; }

        public bool Cancelled { get; set; }
    }
}
