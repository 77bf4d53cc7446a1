using System.Collections.Immutable;
using Dpu.Domain.Notifications;
using Dpu.Kernel;

namespace Dpu.Actors.Notifications;

/// <summary>What the <see cref="NotifierActor"/> understands.</summary>
public abstract record NotifierMessage
{
    private NotifierMessage()
    {
    }

    /// <summary>Somebody wants to be told so from now on. Answered once it is durable.</summary>
    public sealed record Change(string User, NotifySettings Settings, IActorRef<NotificationState> ReplyTo) : NotifierMessage;

    /// <summary>Tell all that is known; also how one waits for the recovery.</summary>
    public sealed record GetState(IActorRef<NotificationState> ReplyTo) : NotifierMessage;

    internal sealed record Look : NotifierMessage
    {
        public static Look Instance { get; } = new();
    }

    internal sealed record SendDue : NotifierMessage
    {
        public static SendDue Instance { get; } = new();
    }

    internal sealed record Found(ImmutableArray<NewlyEnded> Ended, long Checkpoint) : NotifierMessage;

    internal sealed record LookFailed(Exception Reason) : NotifierMessage;

    internal sealed record Sent(string Id) : NotifierMessage;

    internal sealed record SendFailed(string Id, Exception Reason) : NotifierMessage;
}
