using System.Collections.Immutable;

namespace Dpu.Kernel;

/// <summary>Hands events to the actors that subscribed to their type or to one of its base types. From any thread.</summary>
public sealed class EventStream
{
    private ImmutableArray<Subscription> _subscriptions = [];

    internal EventStream()
    {
    }

    /// <summary>Sends <paramref name="subscriber"/> every event that is a <typeparamref name="T"/>, until it unsubscribes or stops.</summary>
    public void Subscribe<T>(IActorRef<T> subscriber)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        ImmutableInterlocked.Update(ref _subscriptions, static (all, added) => all.Add(added), (Subscription)new Subscription<T>(subscriber));
    }

    /// <summary>Ends all subscriptions of an actor.</summary>
    public void Unsubscribe(IActorRef subscriber)
    {
        ImmutableInterlocked.Update(
            ref _subscriptions,
            static (all, gone) => all.RemoveAll(s => ReferenceEquals(s.Subscriber, gone)),
            subscriber);
    }

    public void Publish<T>(T @event)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(@event);
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Subscriber is ActorCell { IsStopped: true })
            {
                Unsubscribe(subscription.Subscriber);
            }
            else
            {
                subscription.Offer(@event);
            }
        }
    }

    private abstract class Subscription(IActorRef subscriber)
    {
        public IActorRef Subscriber { get; } = subscriber;

        public abstract void Offer(object @event);
    }

    private sealed class Subscription<T>(IActorRef<T> subscriber) : Subscription(subscriber)
        where T : class
    {
        public override void Offer(object @event)
        {
            if (@event is T wanted)
            {
                subscriber.Tell(wanted);
            }
        }
    }
}
