using Dpu.Domain.Membership;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Membership;

/// <summary>
/// Who belongs to the DPU. What it knows is published after its recovery and after each commit, never before: nobody is let in, or cut off, by what may
/// be forgotten.
/// </summary>
/// <param name="journal">Where it is kept.</param>
/// <param name="published">Told the whole state, on the actor's own turn; the same state may come again.</param>
public sealed class MembershipActor(IEventJournal journal, Action<MembershipState> published)
    : PersistentActor<MembershipMessage, MembershipEvent, MembershipState>(journal)
{
    protected override string PersistenceId => "membership";

    protected override MembershipState EmptyState => MembershipState.Empty;

    protected override MembershipState Apply(MembershipState state, MembershipEvent @event) => state.Apply(@event);

    protected override ValueTask OnRecoveredAsync()
    {
        published(State);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<MembershipMessage> messages)
    {
        var state = State;
        var events = new List<MembershipEvent>();
        var replies = new List<Action>();
        foreach (var message in messages)
        {
            switch (message)
            {
                case MembershipMessage.Do @do:
                    (state, var reply) = Take(state, @do.Command, events);
                    replies.Add(() => @do.ReplyTo.Tell(reply));
                    break;
                case MembershipMessage.Note note:
                    (state, _) = Take(state, note.Command, events);
                    break;
                case MembershipMessage.GetState get:
                    var then = state;
                    replies.Add(() => get.ReplyTo.Tell(then));
                    break;
                default:
                    throw new InvalidOperationException($"Membership knows no message {message.GetType().Name}.");
            }
        }

        await PersistAsync(events, state);
        if (events.Count > 0)
        {
            events.ForEach(Tell);
            published(State);
        }

        replies.ForEach(reply => reply());
    }

    private (MembershipState State, MembershipReply Reply) Take(MembershipState state, MembershipCommand command, List<MembershipEvent> events)
    {
        switch (MembershipDecider.Decide(state, command, Context.Time.GetUtcNow()))
        {
            case MembershipDecision.Accepted accepted:
                events.AddRange(accepted.Events);
                state = accepted.Events.Aggregate(state, static (before, @event) => before.Apply(@event));
                return (state, new MembershipReply.Done(state, Changed: true));
            case MembershipDecision.Ignored:
                return (state, new MembershipReply.Done(state, Changed: false));
            case MembershipDecision.Rejected rejected:
                return (state, new MembershipReply.Refused(rejected.Reason, rejected.Message));
            default:
                throw new InvalidOperationException("A decision is accepted, ignored or rejected.");
        }
    }

    private void Tell(MembershipEvent @event)
    {
        switch (@event)
        {
            case MembershipEvent.KeyCreated created:
                MembershipLog.KeyCreated(Context.Logger, created.Id, created.By, created.ExpiresAt);
                break;
            case MembershipEvent.KeyRevoked revoked:
                MembershipLog.KeyRevoked(Context.Logger, revoked.Id, revoked.By);
                break;
            case MembershipEvent.IdentityRevoked revoked:
                MembershipLog.IdentityRevoked(Context.Logger, revoked.Node, revoked.By);
                break;
            case MembershipEvent.NodeJoined joined:
                MembershipLog.NodeJoined(Context.Logger, joined.Node, joined.KeyId);
                break;
            case MembershipEvent.NodeDrained drained:
                MembershipLog.NodeDrained(Context.Logger, drained.Node, drained.By);
                break;
            case MembershipEvent.NodeResumed resumed:
                MembershipLog.NodeResumed(Context.Logger, resumed.Node, resumed.By);
                break;
            case MembershipEvent.NodeLeft left:
                MembershipLog.NodeLeft(Context.Logger, left.Node);
                break;
        }
    }
}
