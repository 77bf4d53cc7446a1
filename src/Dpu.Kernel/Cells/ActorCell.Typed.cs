using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dpu.Kernel;

/// <summary>The typed part of a cell: mailbox, instance and delivery. It is also the actor's address.</summary>
internal sealed class ActorCell<TMessage> : ActorCell, IActorRef<TMessage>
    where TMessage : class
{
    private readonly Props<TMessage> _props;
    private readonly int _capacity;
    private MpscQueue _mailbox;

    /// <summary>Messages in the mailbox; kept for bounded ones only, since each sender would have to touch it.</summary>
    private int _waiting;
    private Actor<TMessage>? _actor;
    private ActorContext<TMessage>? _context;
    private int _batchLimit;

    public ActorCell(ActorSystem system, IParent parent, ActorPath path, Props<TMessage> props)
        : base(system, parent, path)
    {
        ArgumentNullException.ThrowIfNull(props);
        _props = props;
        _capacity = props.Mailbox.Capacity ?? 0;
    }

    /// <summary>Replaces the actor's own handler while set.</summary>
    public Func<TMessage, ValueTask>? Behaviour { get; set; }

    public int StashCapacity => _props.StashCapacity;

    public bool TakesBatches => _batchLimit > 0;

    public Type ActorType { get; private set; } = typeof(Actor<TMessage>);

    protected override bool MailboxIsEmpty => _mailbox.IsEmpty;

    protected override SupervisorStrategy Supervision => _props.Supervision;

    protected override string Kind => ActorType.Name;

    public void Tell(TMessage message)
    {
        if (!TryTell(message))
        {
            System.AddDeadLetter(Path, message, IsStopping ? DeadLetterReason.RecipientStopped : DeadLetterReason.MailboxFull);
        }
    }

    public bool TryTell(TMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_capacity > 0 && Interlocked.Increment(ref _waiting) > _capacity)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        if (!_mailbox.TryEnqueue(message))
        {
            return false;
        }

        MailArrived();
        return true;
    }

    /// <summary>Mail that the actor caused itself: it has a place even in a full mailbox. From any thread.</summary>
    public void Enqueue(Envelope<TMessage> envelope)
    {
        CountIn();
        if (_mailbox.TryEnqueue(envelope))
        {
            MailArrived();
        }
        else if (envelope.Undeliverable is { } message)
        {
            System.AddDeadLetter(Path, message, DeadLetterReason.RecipientStopped);
        }
    }

    /// <summary>Puts messages before all others, for the running turn.</summary>
    public void PutBack(IReadOnlyList<TMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            PutBack((object)messages[i]);
        }
    }

    public void Watch(IActorRef other, TMessage whenTerminated)
    {
        if (other is not ActorCell cell || ReferenceEquals(cell, this))
        {
            throw new ArgumentException($"{other.Path} cannot be watched by {Path}: only other actors of this process can.", nameof(other));
        }

        Watch(cell, new WatchState(cell, whenTerminated));
    }

    protected override void EnqueueWatch(WatchState watch) => Enqueue(new WatchEnvelope(this, watch));

    protected override bool DeliverNext()
    {
        if (_batchLimit > 0)
        {
            return DeliverBatch(_batchLimit);
        }

        if (!TryTake(out var item))
        {
            return false;
        }

        try
        {
            if (TryOpen(item, out var message))
            {
                Complete(Behaviour is { } behaviour ? behaviour(message) : _actor!.HandleAsync(message));
            }
        }
        catch (Exception reason)
        {
            Fail(reason);
        }

        return true;
    }

    protected override async ValueTask StartInstanceAsync()
    {
        var actor = _props.Create();
        _actor = actor;
        ActorType = actor.GetType();
        _batchLimit = actor.BatchLimit;
        _context = new ActorContext<TMessage>(this);
        actor.Attach(_context);
        await actor.StartAsync();
    }

    protected override async ValueTask DropInstanceAsync(Exception reason)
    {
        try
        {
            if (_actor is not null)
            {
                await _actor.RestartAsync(reason);
            }
        }
        finally
        {
            _context?.Close();
            (_actor, _context, Behaviour) = (null, null, null);
        }
    }

    protected override async ValueTask StopInstanceAsync()
    {
        try
        {
            if (_actor is not null)
            {
                await _actor.StopAsync();
            }
        }
        finally
        {
            (_actor, _context, Behaviour) = (null, null, null);
        }
    }

    protected override void CloseMailbox()
    {
        _context?.Close();
        _mailbox.Close();
        while (TryTake(out var item))
        {
            var message = item is Envelope<TMessage> envelope ? envelope.Undeliverable : item;
            if (message is not null)
            {
                System.AddDeadLetter(Path, message, DeadLetterReason.RecipientStopped);
            }
        }
    }

    private bool DeliverBatch(int limit)
    {
        if (TakeBatch(limit) is not { } batch)
        {
            return false;
        }

        if (batch.Length > 0)
        {
            try
            {
                Complete(_actor!.HandleBatchAsync(batch));
            }
            catch (Exception reason)
            {
                Fail(reason);
            }
        }

        return true;
    }

    /// <returns>Null when nothing waited; empty when all that waited had been cancelled.</returns>
    private TMessage[]? TakeBatch(int limit)
    {
        var waiting = _mailbox.CountUpTo(limit);
        if (waiting == 0)
        {
            return null;
        }

        var batch = new TMessage[waiting];
        var count = 0;
        for (var i = 0; i < waiting && TryTake(out var item); i++)
        {
            try
            {
                if (TryOpen(item, out var message))
                {
                    batch[count++] = message;
                }
            }
            catch (Exception reason)
            {
                // The messages before it are innocent: they are handled first.
                PutBack(new FaultEnvelope<TMessage>(reason));
                if (count == 0)
                {
                    TryTake(out _);
                    Fail(reason);
                }

                break;
            }
        }

        return count == waiting ? batch : batch[..count];
    }

    private void Complete(ValueTask handling)
    {
        if (handling.IsCompletedSuccessfully)
        {
            // Gives a pooled source back.
            handling.GetAwaiter().GetResult();
        }
        else
        {
            Await(handling);
        }
    }

    private bool TryTake([NotNullWhen(true)] out object? item)
    {
        if (!_mailbox.TryDequeue(out item))
        {
            return false;
        }

        if (_capacity > 0)
        {
            Interlocked.Decrement(ref _waiting);
        }

        return true;
    }

    private void PutBack(object item)
    {
        CountIn();
        _mailbox.PutBack(item);
    }

    private void CountIn()
    {
        if (_capacity > 0)
        {
            Interlocked.Increment(ref _waiting);
        }
    }

    private static bool TryOpen(object item, [NotNullWhen(true)] out TMessage? message)
    {
        if (item is Envelope<TMessage> envelope)
        {
            return envelope.TryOpen(out message);
        }

        // Only messages and envelopes ever get in, and a cast to a type parameter would cost on every message.
        message = Unsafe.As<TMessage>(item);
        return true;
    }

    private sealed class WatchEnvelope(ActorCell<TMessage> watcher, WatchState watch) : Envelope<TMessage>
    {
        public override bool TryOpen([NotNullWhen(true)] out TMessage? message)
        {
            if (!watch.Cancelled)
            {
                watcher.ForgetWatch(watch.Other);
            }

            message = watch.Cancelled ? null : (TMessage)watch.Message;
            return message is not null;
        }
    }
}
