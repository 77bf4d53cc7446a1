namespace Dpu.Kernel;

/// <summary>Questions to actors.</summary>
public static class ActorRefExtensions
{
    /// <summary>Sends the message that <paramref name="make"/> builds around a reply address, and waits for the first reply to it.</summary>
    /// <param name="actor">Who is asked.</param>
    /// <param name="system">Whose clock measures <paramref name="timeout"/>, and who counts a reply that comes too late.</param>
    /// <param name="make">Builds the question; the address it gets is good for one reply.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="AskTimeoutException">No reply in time, or, at once, the actor has stopped or its mailbox is full.</exception>
    public static Task<TReply> AskAsync<TMessage, TReply>(
        this IActorRef<TMessage> actor,
        ActorSystem system,
        Func<IActorRef<TReply>, TMessage> make,
        TimeSpan timeout,
        CancellationToken ct)
        where TMessage : class
        where TReply : class
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(make);
        var question = new Question<TReply>(system, actor.Path, timeout);
        if (!actor.TryTell(make(question)))
        {
            return Task.FromException<TReply>(AskTimeoutException.NotAccepted(actor.Path));
        }

        question.Start(ct);
        return question.Reply;
    }
}
