namespace Dpu.Kernel.Persistence;

/// <summary>
/// An actor whose state is the fold of its events. It recovers by its newest snapshot and the events after it; commands
/// that arrive meanwhile wait in the mailbox.
/// </summary>
/// <remarks>
/// When an append fails, its outcome is unknown, so the instance must not go on: it fails, whatever the handler makes of the
/// exception, and supervision restarts it from the journal. Give it a <see cref="SupervisorStrategy.Restart"/> strategy.
/// </remarks>
/// <typeparam name="TCommand">What it is told.</typeparam>
/// <typeparam name="TEvent">What happened.</typeparam>
/// <typeparam name="TState">Immutable: a snapshot of it is written while the actor goes on.</typeparam>
public abstract class PersistentActor<TCommand, TEvent, TState> : BatchActor<TCommand>
    where TCommand : class
    where TEvent : class
    where TState : class
{
    private readonly IEventJournal _journal;
    private volatile RecoveryState _recovery;
    private TState? _state;
    private Exception? _failure;
    private long _snapshotNr;
    private bool _savingSnapshot;

    protected PersistentActor(IEventJournal journal) => _journal = journal;

    /// <summary>What the actor is at, for diagnosis; from any thread.</summary>
    public RecoveryState Recovery => _recovery;

    /// <summary>How many snapshots of this instance could not be written.</summary>
    public int SnapshotFailures { get; private set; }

    /// <summary>Whose events these are in the journal. The same over restarts, and nobody else's.</summary>
    protected abstract string PersistenceId { get; }

    /// <summary>The state before the first event.</summary>
    protected abstract TState EmptyState { get; }

    /// <summary>The fold of all events up to <see cref="SequenceNr"/>.</summary>
    protected TState State => _state ??= EmptyState;

    /// <summary>The number of the last event; 0 for none.</summary>
    protected long SequenceNr { get; private set; }

    /// <summary>A snapshot is written when at least so many events came after the last one; 0 for never.</summary>
    protected virtual int SnapshotEvery => 0;

    /// <summary>The state after one more event. Pure.</summary>
    protected abstract TState Apply(TState state, TEvent @event);

    /// <summary>Runs after the replay, before the first command.</summary>
    protected virtual ValueTask OnRecoveredAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Writes <paramref name="events"/> to the journal, all or none, and applies them in order once they are durable. Nothing
    /// may be acknowledged before. Commands that arrive meanwhile form the next batch. No events: nothing happens.
    /// </summary>
    /// <exception cref="JournalException">The outcome is unknown; this instance has failed.</exception>
    protected ValueTask PersistAsync(IReadOnlyList<TEvent> events) => PersistAsync(events, null);

    /// <summary>
    /// The same for an actor that folded <paramref name="events"/> while it decided: <paramref name="after"/> is what
    /// <see cref="Apply"/> makes of <see cref="State"/> and them, so that they need not be folded twice.
    /// </summary>
    protected async ValueTask PersistAsync(IReadOnlyList<TEvent> events, TState? after)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (_recovery != RecoveryState.Running)
        {
            throw new InvalidOperationException($"'{PersistenceId}' is {_recovery} and cannot persist: only a recovered actor can, one append at a time.");
        }

        if (events.Count == 0)
        {
            return;
        }

        _recovery = RecoveryState.Persisting;
        try
        {
            // Not given up on stop: what was accepted is finished, and the journal bounds its own waiting.
            await _journal.AppendAsync(PersistenceId, SequenceNr, events, CancellationToken.None);
            if (after is null)
            {
                foreach (var @event in events)
                {
                    Advance(SequenceNr + 1, @event);
                }
            }
            else
            {
                _state = after;
                SequenceNr += events.Count;
            }
        }
        catch (Exception reason)
        {
            _failure = reason;
            _recovery = RecoveryState.Failed;
            throw;
        }

        _recovery = RecoveryState.Running;
        SaveSnapshotIfDue();
    }

    protected sealed override async ValueTask OnStartAsync()
    {
        try
        {
            await LoadSnapshotAsync();
            await ReplayAsync();
            _recovery = RecoveryState.Running;
            Log.Recovered(Context.Logger, PersistenceId, SequenceNr);
            await OnRecoveredAsync();
        }
        catch
        {
            _recovery = RecoveryState.Failed;
            throw;
        }
    }

    internal sealed override async ValueTask HandleBatchAsync(IReadOnlyList<TCommand> messages)
    {
        try
        {
            await base.HandleBatchAsync(messages);
        }
        catch
        {
            _recovery = RecoveryState.Failed;
            throw;
        }

        if (_failure is not null)
        {
            // The handler caught it; its state is not to be trusted all the same.
            throw new JournalException($"An append of '{PersistenceId}' failed; it recovers from the journal.", _failure);
        }
    }

    private async ValueTask LoadSnapshotAsync()
    {
        _recovery = RecoveryState.LoadingSnapshot;
        if (await _journal.LoadSnapshotAsync(PersistenceId, Context.Stopping) is not { } snapshot)
        {
            return;
        }

        if (snapshot.State is TState state)
        {
            _state = state;
            SequenceNr = _snapshotNr = snapshot.SequenceNr;
        }
        else
        {
            Log.SnapshotIgnored(Context.Logger, PersistenceId, snapshot.SequenceNr, snapshot.State.GetType().Name, typeof(TState).Name);
        }
    }

    private async ValueTask ReplayAsync()
    {
        _recovery = RecoveryState.ReplayingEvents;
        await foreach (var stored in _journal.ReadAsync(PersistenceId, SequenceNr + 1, Context.Stopping))
        {
            if (stored.SequenceNr != SequenceNr + 1)
            {
                throw new JournalException($"The journal of '{PersistenceId}' goes from event {SequenceNr} to {stored.SequenceNr}.");
            }

            Advance(stored.SequenceNr, stored.Event as TEvent ?? throw new JournalException(
                $"Event {stored.SequenceNr} of '{PersistenceId}' is a {stored.Event.GetType().Name}, not a {typeof(TEvent).Name}."));
        }
    }

    private void Advance(long sequenceNr, TEvent @event)
    {
        _state = Apply(State, @event);
        SequenceNr = sequenceNr;
    }

    private void SaveSnapshotIfDue()
    {
        if (SnapshotEvery > 0 && !_savingSnapshot && SequenceNr - _snapshotNr >= SnapshotEvery)
        {
            _ = SaveSnapshotAsync(new Snapshot(SequenceNr, State));
        }
    }

    private async Task SaveSnapshotAsync(Snapshot snapshot)
    {
        _savingSnapshot = true;
        try
        {
            await _journal.SaveSnapshotAsync(PersistenceId, snapshot, Context.Stopping);
        }
        catch (OperationCanceledException) when (Context.Stopping.IsCancellationRequested)
        {
            // The actor stops; the journal holds all that the snapshot would have.
        }
        catch (Exception reason)
        {
            SnapshotFailures++;
            Log.SnapshotFailed(Context.Logger, PersistenceId, snapshot.SequenceNr, reason);
        }
        finally
        {
            // Also after a failure: the next try comes with the next due snapshot, not with every append.
            _snapshotNr = snapshot.SequenceNr;
            _savingSnapshot = false;
        }
    }
}
