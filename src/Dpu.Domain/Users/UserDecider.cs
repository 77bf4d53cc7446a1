using System.Collections.Immutable;
using Dpu.Hocon;

namespace Dpu.Domain.Users;

/// <summary>What holds for users wherever the DPU runs.</summary>
/// <param name="ServiceUser">Whose Unix account the service runs under: he is an operator by the token that it writes for him.</param>
/// <param name="TokensMax">So many usable tokens one user may have at a time.</param>
public sealed record UserRules(string ServiceUser, int TokensMax = 100);

/// <summary>Every decision about users and their tokens, as a pure function of what is known.</summary>
/// <remarks>
/// <code>
/// user:   known ──► disabled ──► known            token:  usable ──► expired ──► forgotten (30 days later, at the next token of its user)
///         (never removed: names stay theirs)              usable ──► revoked ──► forgotten
/// </code>
/// </remarks>
public static class UserDecider
{
    /// <summary>What <paramref name="command"/> leads to in <paramref name="state"/>.</summary>
    public static UserDecision Decide(UserState state, UserCommand command, UserRules rules, DateTimeOffset now) => command switch
    {
        UserCommand.Add add => WhyNot(add.By) ?? Add(state, add, rules, now),
        UserCommand.Change change => WhyNot(change.By) ?? Change(state, change, rules, now),
        UserCommand.SetPassword set => WhyNot(set.By, set.Name) ?? SetPassword(state, set, now),
        UserCommand.Disable disable => WhyNot(disable.By) ?? Disable(state, disable, now),
        UserCommand.Enable enable => WhyNot(enable.By) ?? Enable(state, enable, now),
        UserCommand.CreateToken create => WhyNot(create.By, create.User) ?? Create(state, create, rules, now),
        UserCommand.RevokeToken revoke => Revoke(state, revoke, now),
        UserCommand.Lock locked => state.Users.ContainsKey(locked.Name)
            ? Happen(new UserEvent.Locked(locked.Name, locked.Tries, now))
            : new UserDecision.Ignored("nobody of this name is known"),
        UserCommand.Act act => Happen(new UserEvent.Acted(NameOf(act.By), act.Action, act.Thing, act.Owner, act.Detail, now)),
        _ => throw new InvalidOperationException($"The users know no command {command.GetType().Name}."),
    };

    /// <summary>What an operator may do, and beside him a user to what is his own.</summary>
    private static UserDecision? WhyNot(Caller by, string? owner = null) =>
        by.Has(Right.Operate) || (owner is not null && by.Name == owner) ? null : No(UserRejection.NotAllowed, Rights.Refusal(Right.Operate, by));

    private static UserDecision Add(UserState state, UserCommand.Add add, UserRules rules, DateTimeOffset now)
    {
        var same = state.Users.Keys.FirstOrDefault(name => UserNames.LookAlike(name, add.Name));
        return UserNames.FlawOf(add.Name) is { } flaw ? No(UserRejection.BadName, $"The user's name {flaw}: it has letters, digits and . _ @ -, at most {UserNames.LengthMax}, and begins with a letter or digit.")
            : same == add.Name ? No(UserRejection.UserExists, $"There is a user '{add.Name}' already; 'dpu user set' changes what he may do.")
            : same is not null ? No(UserRejection.UserExists, $"There is a user '{same}' already, and '{add.Name}' would be taken for him.")
            : WhyNotOfService(add.Name, add.Type, rules)
                ?? WhyNoContext(add.Name, add.Projects, add.Context)
                ?? Happen(new UserEvent.Added(add.Name, add.Type, add.Projects.Remove(WorkContext.CommonProject), add.Context, NameOf(add.By), now));
    }

    private static UserDecision Change(UserState state, UserCommand.Change change, UserRules rules, DateTimeOffset now)
    {
        if (!state.Users.TryGetValue(change.Name, out var user))
        {
            return NoSuchUser(state, change.Name);
        }

        var type = change.Type ?? user.Type;
        var projects = (change.Projects ?? user.Projects).Remove(WorkContext.CommonProject);
        var context = new WorkContext(change.Project ?? user.Context.Project, change.Privileges ?? user.Context.Privileges);
        return WhyNotOfService(user.Name, type, rules)
            ?? WhyNoContext(user.Name, projects, context)
            ?? (type == user.Type && projects.SetEquals(user.Projects) && context == user.Context
                ? new UserDecision.Ignored("it is so already")
                : Happen(new UserEvent.Changed(user.Name, type, projects, context, NameOf(change.By), now)));
    }

    /// <summary>
    /// By its name a job's user is told from the service's own, whose jobs run under the service's account: somebody of that name is that person, with all rights, or nobody.
    /// </summary>
    private static UserDecision? WhyNotOfService(string name, UserType type, UserRules rules) =>
        !UserNames.LookAlike(name, rules.ServiceUser) || (name == rules.ServiceUser && type == UserType.Operator)
            ? null
            : No(UserRejection.BadName, $"'{rules.ServiceUser}' is the account that this service runs under: a user of that name, written so, can only be an operator.");

    private static UserDecision? WhyNoContext(string name, ImmutableSortedSet<string> projects, WorkContext context)
    {
        foreach (var project in projects)
        {
            if (UserNames.FlawOfProject(project) is { } flaw)
            {
                return No(UserRejection.BadProject, $"The project '{project}' {flaw}.");
            }
        }

        return context.Project == WorkContext.CommonProject || projects.Contains(context.Project)
            ? null
            : No(UserRejection.BadProject, $"'{name}' is no member of the project '{context.Project}', so nothing of his can go there.{Nearest(context.Project, projects)}");
    }

    private static UserDecision SetPassword(UserState state, UserCommand.SetPassword set, DateTimeOffset now)
    {
        if (!state.Users.ContainsKey(set.Name))
        {
            return NoSuchUser(state, set.Name);
        }

        var by = NameOf(set.By);
        var ended = state.TokensOf(set.Name).Where(token => token.ByPassword && token.IsUsable(now) && token.Id != set.KeptToken);
        return new UserDecision.Accepted([new UserEvent.PasswordSet(set.Name, set.PasswordHash, by, now), .. ended.Select(token => new UserEvent.TokenRevoked(token.Id, token.User, by, now))]);
    }

    private static UserDecision Disable(UserState state, UserCommand.Disable disable, DateTimeOffset now) =>
        !state.Users.TryGetValue(disable.Name, out var user) ? NoSuchUser(state, disable.Name)
        : user.DisabledAt is not null ? new UserDecision.Ignored("he is disabled already")
        : Happen(new UserEvent.Disabled(disable.Name, NameOf(disable.By), now));

    private static UserDecision Enable(UserState state, UserCommand.Enable enable, DateTimeOffset now) =>
        !state.Users.TryGetValue(enable.Name, out var user) ? NoSuchUser(state, enable.Name)
        : user.DisabledAt is null ? new UserDecision.Ignored("he is not disabled")
        : Happen(new UserEvent.Enabled(enable.Name, NameOf(enable.By), now));

    private static UserDecision Create(UserState state, UserCommand.CreateToken create, UserRules rules, DateTimeOffset now)
    {
        if (!state.Users.TryGetValue(create.User, out var user))
        {
            return NoSuchUser(state, create.User);
        }

        return state.Tokens.TryGetValue(create.Id, out var known) ? known.SecretHash == create.SecretHash && known.User == create.User
                ? new UserDecision.Ignored("it was made before")
                : No(UserRejection.TokenExists, $"There is a token {create.Id} already. Ask again.")
            : user.DisabledAt is not null ? No(UserRejection.UserDisabled, $"'{user.Name}' is disabled since {UserText.Time(user.DisabledAt.Value)}: an operator can let him in again with 'dpu user enable'.")
            : create.ForPassword is { } hash && hash != user.PasswordHash ? No(UserRejection.PasswordChanged, $"The password of '{user.Name}' was changed just now. Log in with the new one.")
            : state.TokensOf(user.Name).Count(token => token.IsUsable(now)) >= rules.TokensMax
                ? No(UserRejection.TooManyTokens, $"'{user.Name}' has {rules.TokensMax} tokens, which is the most there may be: revoke some with 'dpu key revoke'.")
            : Happen(new UserEvent.TokenCreated(create.Id, create.User, create.SecretHash, create.ExpiresAt, create.ForPassword is not null, create.Note, NameOf(create.By), now));
    }

    /// <summary>Whose it is not is told nothing of it.</summary>
    private static UserDecision Revoke(UserState state, UserCommand.RevokeToken revoke, DateTimeOffset now)
    {
        var his = state.Tokens.Values.Where(token => revoke.By.Has(Right.Operate) || token.User == revoke.By.Name).Select(token => token.Id).ToList();
        return !his.Contains(revoke.Id) ? No(UserRejection.UnknownToken, $"There is no token '{revoke.Id}'.{Nearest(revoke.Id, his)}")
            : state.Tokens[revoke.Id] is { RevokedAt: not null } ? new UserDecision.Ignored("it was revoked before")
            : Happen(new UserEvent.TokenRevoked(revoke.Id, state.Tokens[revoke.Id].User, NameOf(revoke.By), now));
    }

    private static UserDecision.Rejected NoSuchUser(UserState state, string name) => No(UserRejection.UnknownUser, $"There is no user '{name}'.{Nearest(name, state.Users.Keys)}");

    private static UserDecision Happen(UserEvent @event) => new UserDecision.Accepted([@event]);

    private static UserDecision.Rejected No(UserRejection reason, string message) => new(reason, message);

    private static string NameOf(Caller by) => by.Name ?? throw new InvalidOperationException("A visitor is let through to nothing that is written down.");

    private static string Nearest(string asked, IEnumerable<string> known) => NearestName.Find(asked, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
}
