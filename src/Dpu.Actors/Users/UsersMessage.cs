using Dpu.Domain.Users;
using Dpu.Kernel;

namespace Dpu.Actors.Users;

/// <summary>What the <see cref="UsersActor"/> understands.</summary>
public abstract record UsersMessage
{
    private UsersMessage()
    {
    }

    /// <summary>Decide this. Answered once what follows from it is durable.</summary>
    public sealed record Do(UserCommand Command, IActorRef<UsersReply> ReplyTo) : UsersMessage;

    /// <summary>The same, and nobody waits for what becomes of it.</summary>
    public sealed record Note(UserCommand Command) : UsersMessage;

    /// <summary>Tell all that is known; also how one waits for the recovery.</summary>
    public sealed record GetState(IActorRef<UserState> ReplyTo) : UsersMessage;
}

/// <summary>What became of a command.</summary>
public abstract record UsersReply
{
    private UsersReply()
    {
    }

    /// <summary>It is so now, or was before.</summary>
    /// <param name="State">What is known then.</param>
    /// <param name="Changed">False when it was so before.</param>
    public sealed record Done(UserState State, bool Changed) : UsersReply;

    public sealed record Refused(UserRejection Reason, string Message) : UsersReply;
}
