using System.Diagnostics.CodeAnalysis;

namespace Dpu.Kernel;

/// <summary>
/// The part of an actor that stays while instances come and go: address, lanes, place in the tree and life cycle.
/// </summary>
/// <remarks>
/// <para>A cell does its work in turns. At most one turn of a cell is scheduled or running at any time, which is what makes an
/// actor single-threaded; <see cref="_status"/> guards it:</para>
/// <code>
///            Tell, system, continuation                      turn ends, nothing to do
///   Idle ───────────────────────────────► Scheduled ────────────────────────────────► Idle
///   Suspended ──────────────────────────►           ────────────────────────────────► Suspended
///            system, continuation only                 turn ends, an operation is awaited
/// </code>
/// <para>An operation is what the actor is at: its start, one handler, its recovery from a failure, its stop. While one is
/// awaited, <see cref="_busy"/> is set and the mailbox waits. Fields without further remark belong to the running turn.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without a timer holds nothing; actors are stopped, not disposed.")]
internal abstract partial class ActorCell : IActorRef, IParent, IWatcher, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Scheduled = 1;
    private const int Suspended = 2;

    private readonly IParent _parent;
    private readonly ActorTaskScheduler _scheduler;
    private Action? _turn;
    private MpscQueue _system;
    private MpscQueue _continuations;
    private int _status;
    private bool _busy;
    private bool _started;
    private bool _stopRequested;
    private bool _stopping;
    private volatile bool _stopped;
    private Exception? _escalated;

    protected ActorCell(ActorSystem system, IParent parent, ActorPath path)
    {
        System = system;
        _parent = parent;
        Path = path;
        _scheduler = new ActorTaskScheduler(this);
    }

    public ActorPath Path { get; }

    public ActorSystem System { get; }

    public bool IsStopped => _stopped;

    /// <summary>True from the moment that the stop began: nothing may be spawned or watched any more.</summary>
    public bool IsStopping => _stopping;

    protected abstract bool MailboxIsEmpty { get; }

    protected abstract SupervisorStrategy Supervision { get; }

    /// <summary>What the logs call the actor's kind.</summary>
    protected abstract string Kind { get; }

    public override string ToString() => Path.Value;

    /// <summary>Schedules the first turn, which starts the actor.</summary>
    public void Begin() => Wake(evenWhenSuspended: true);

    /// <summary>From any thread.</summary>
    public void RequestStop() => Send(StopRequest.Instance);

    /// <summary>For the actor itself, in its own turn.</summary>
    public void StopSelf() => _stopRequested = true;

    void IParent.OnChildStopped(ActorCell child) => Send(new ChildStopped(child));

    void IParent.OnChildEscalated(ActorCell child, Exception reason) => Send(new ChildEscalated(reason));

    void IWatcher.OnTerminated(ActorCell actor) => Send(new Terminated(actor));

    void IThreadPoolWorkItem.Execute() => PoolTurns.Run(this);

    public void RunTurn() => _scheduler.RunTurn();

    public bool IsChildOf(IParent parent) => ReferenceEquals(_parent, parent);

    public void AddContinuation(Task continuation)
    {
        _continuations.TryEnqueue(continuation);
        Wake(evenWhenSuspended: true);
    }

    /// <summary>One turn: whatever is at hand, up to the system's throughput, so that no actor keeps a thread from the others.</summary>
    public void Turn()
    {
        for (var budget = System.Throughput; budget > 0; budget--)
        {
            // Before the continuations: a handler that yields for ever would never learn that it is to stop.
            while (_system.TryDequeue(out var message))
            {
                Handle((SystemMessage)message);
            }

            if (_continuations.TryDequeue(out var continuation))
            {
                _scheduler.Continue((Task)continuation);
                continue;
            }

            if (_busy || !(BeginDueOperation() || DeliverNext()))
            {
                break;
            }
        }

        EndTurn();
    }

    /// <summary>Takes the next message (or batch) to the actor. False when there is none.</summary>
    protected abstract bool DeliverNext();

    /// <summary>Makes a fresh instance and runs its start.</summary>
    protected abstract ValueTask StartInstanceAsync();

    /// <summary>Takes leave of the failed instance, if there is one.</summary>
    protected abstract ValueTask DropInstanceAsync(Exception reason);

    /// <summary>Takes leave of the instance, if there is one.</summary>
    protected abstract ValueTask StopInstanceAsync();

    /// <summary>Refuses messages from now on, and gives what waits to the dead letters.</summary>
    protected abstract void CloseMailbox();

    /// <summary>Called by those who put something into the mailbox.</summary>
    protected void MailArrived() => Wake(evenWhenSuspended: false);

    /// <summary>Suspends the actor until <paramref name="handling"/> has ended; what it throws is a failure of the actor.</summary>
    protected void Await(ValueTask handling) => _ = OperateAsync(handling);

    protected void Fail(Exception reason) => Await(ValueTask.FromException(reason));

    private async Task OperateAsync(ValueTask operation)
    {
        _busy = true;
        try
        {
            await operation;
        }
        catch (Exception reason)
        {
            await RecoverFromFailureAsync(reason);
        }

        _busy = false;
    }

    private bool BeginDueOperation()
    {
        if (_stopRequested)
        {
            _ = StopAsync();
        }
        else if (!_started)
        {
            _started = true;
            Await(StartInstanceAsync());
        }
        else if (_escalated is { } reason)
        {
            _escalated = null;
            Fail(reason);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case StopRequest:
                _stopRequested = true;
                CancelStopping();
                break;
            case ChildStopped { Child: var child }:
                RemoveChild(child);
                break;
            case ChildEscalated { Reason: var reason }:
                _escalated = reason;
                break;
            case AddWatcher { Watcher: var watcher }:
                (_watchers ??= []).Add(watcher);
                break;
            case RemoveWatcher { Watcher: var watcher }:
                _watchers?.Remove(watcher);
                break;
            case Terminated { Actor: var actor }:
                DeliverTermination(actor);
                break;
            default:
                throw new InvalidOperationException($"The kernel does not know the system message {message.GetType().Name}.");
        }
    }

    /// <returns>False when this cell has stopped.</returns>
    private bool Send(SystemMessage message)
    {
        if (!_system.TryEnqueue(message))
        {
            return false;
        }

        Wake(evenWhenSuspended: true);
        return true;
    }

    private void Wake(bool evenWhenSuspended)
    {
        // Whoever scheduled the turn that is under way will see what we added before it ends.
        var status = Volatile.Read(ref _status);
        while (status == Idle || (status == Suspended && evenWhenSuspended))
        {
            var seen = Interlocked.CompareExchange(ref _status, Scheduled, status);
            if (seen == status)
            {
                System.Dispatch(this, ref _turn);
                return;
            }

            status = seen;
        }
    }

    private void EndTurn()
    {
        if (HasWork(_busy))
        {
            System.Dispatch(this, ref _turn);
            return;
        }

        // After the exchange another thread may be in a turn of ours: nothing below touches the actor's state.
        var busy = _busy;
        Interlocked.Exchange(ref _status, busy ? Suspended : Idle);
        if (HasWork(busy))
        {
            Wake(evenWhenSuspended: true);
        }
    }

    private bool HasWork(bool busy) =>
        !_continuations.IsEmpty || !_system.IsEmpty || (!busy && (!_started || _stopRequested || _escalated is not null || !MailboxIsEmpty));
}
