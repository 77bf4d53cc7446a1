using Dpu.Domain.Membership;
using Dpu.Kernel;

namespace Dpu.Actors.Membership;

/// <summary>What the <see cref="MembershipActor"/> understands.</summary>
public abstract record MembershipMessage
{
    private MembershipMessage()
    {
    }

    /// <summary>Decide this. Answered once what follows from it is durable.</summary>
    public sealed record Do(MembershipCommand Command, IActorRef<MembershipReply> ReplyTo) : MembershipMessage;

    /// <summary>The same, and nobody waits for what becomes of it.</summary>
    public sealed record Note(MembershipCommand Command) : MembershipMessage;

    /// <summary>Tell all that is known; also how one waits for the recovery.</summary>
    public sealed record GetState(IActorRef<MembershipState> ReplyTo) : MembershipMessage;
}

/// <summary>What became of a command.</summary>
public abstract record MembershipReply
{
    private MembershipReply()
    {
    }

    /// <summary>It is so now, or was before.</summary>
    /// <param name="State">What is known then.</param>
    /// <param name="Changed">False when it was so before.</param>
    public sealed record Done(MembershipState State, bool Changed) : MembershipReply;

    public sealed record Refused(MembershipRejection Reason, string Message) : MembershipReply;
}
