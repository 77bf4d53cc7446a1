using Dpu.Domain.Users;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Users;

/// <summary>
/// Who is known to the DPU. What it knows is published after its recovery and after each commit, never before: nobody is let in, or shut out, by what may be forgotten.
/// </summary>
/// <param name="journal">Where it is kept.</param>
/// <param name="rules">What holds for all users.</param>
/// <param name="published">Told the whole state, on the actor's own turn; the same state may come again.</param>
public sealed class UsersActor(IEventJournal journal, UserRules rules, Action<UserState> published) : PersistentActor<UsersMessage, UserEvent, UserState>(journal)
{
    protected override string PersistenceId => "users";

    protected override UserState EmptyState => UserState.Empty;

    protected override UserState Apply(UserState state, UserEvent @event) => state.Apply(@event);

    protected override ValueTask OnRecoveredAsync()
    {
        published(State);
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask ReceiveBatchAsync(IReadOnlyList<UsersMessage> messages)
    {
        var state = State;
        var events = new List<UserEvent>();
        var replies = new List<Action>();
        foreach (var message in messages)
        {
            switch (message)
            {
                case UsersMessage.Do @do:
                    (state, var reply) = Take(state, @do.Command, events);
                    replies.Add(() => @do.ReplyTo.Tell(reply));
                    break;
                case UsersMessage.Note note:
                    (state, _) = Take(state, note.Command, events);
                    break;
                case UsersMessage.GetState get:
                    var then = state;
                    replies.Add(() => get.ReplyTo.Tell(then));
                    break;
                default:
                    throw new InvalidOperationException($"The users know no message {message.GetType().Name}.");
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

    private (UserState State, UsersReply Reply) Take(UserState state, UserCommand command, List<UserEvent> events)
    {
        switch (UserDecider.Decide(state, command, rules, Context.Time.GetUtcNow()))
        {
            case UserDecision.Accepted accepted:
                events.AddRange(accepted.Events);
                state = accepted.Events.Aggregate(state, static (before, @event) => before.Apply(@event));
                return (state, new UsersReply.Done(state, Changed: true));
            case UserDecision.Ignored:
                return (state, new UsersReply.Done(state, Changed: false));
            case UserDecision.Rejected rejected:
                return (state, new UsersReply.Refused(rejected.Reason, rejected.Message));
            default:
                throw new InvalidOperationException("A decision is accepted, ignored or rejected.");
        }
    }

    /// <summary>What people did that nothing else tells (<see cref="UserEvent.Acted"/>) is in the journal; a log of it would be a second one.</summary>
    private void Tell(UserEvent @event)
    {
        switch (@event)
        {
            case UserEvent.Added added:
                UsersLog.Added(Context.Logger, added.By, added.Name, Rights.TextOf(added.Type));
                break;
            case UserEvent.Changed changed:
                UsersLog.Changed(Context.Logger, changed.By, changed.Name, Rights.TextOf(changed.Type), changed.Projects.Count);
                break;
            case UserEvent.PasswordSet set:
                UsersLog.PasswordSet(Context.Logger, set.By, set.Name);
                break;
            case UserEvent.Disabled disabled:
                UsersLog.Disabled(Context.Logger, disabled.By, disabled.Name);
                break;
            case UserEvent.Enabled enabled:
                UsersLog.Enabled(Context.Logger, enabled.By, enabled.Name);
                break;
            case UserEvent.TokenCreated created:
                UsersLog.TokenCreated(Context.Logger, created.By, created.Id, created.User, created.ExpiresAt);
                break;
            case UserEvent.TokenRevoked revoked:
                UsersLog.TokenRevoked(Context.Logger, revoked.By, revoked.Id, revoked.User);
                break;
            case UserEvent.Locked locked:
                UsersLog.Locked(Context.Logger, locked.Tries, locked.Name);
                break;
        }
    }
}
