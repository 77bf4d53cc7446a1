using System.Collections.Immutable;

namespace Dpu.Domain.Users;

/// <summary>What happened to users and tokens, and what people did that nothing else tells. Hashes only, never a secret.</summary>
public abstract record UserEvent(DateTimeOffset At)
{
    /// <summary>Stored as <c>users.added.v1</c>.</summary>
    public sealed record Added(string Name, UserType Type, ImmutableSortedSet<string> Projects, WorkContext Context, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>What holds for somebody from now on. Stored as <c>users.changed.v1</c>.</summary>
    public sealed record Changed(string Name, UserType Type, ImmutableSortedSet<string> Projects, WorkContext Context, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>Stored as <c>users.password-set.v1</c>.</summary>
    public sealed record PasswordSet(string Name, string PasswordHash, string By, DateTimeOffset At) : UserEvent(At)
    {
        /// <summary>Without the hash: this text may end in a log.</summary>
        public override string ToString() => $"PasswordSet {{ Name = {Name}, By = {By}, At = {At:O} }}";
    }

    /// <summary>Stored as <c>users.disabled.v1</c>.</summary>
    public sealed record Disabled(string Name, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>Stored as <c>users.enabled.v1</c>.</summary>
    public sealed record Enabled(string Name, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>Stored as <c>users.token-created.v1</c>.</summary>
    public sealed record TokenCreated(string Id, string User, string SecretHash, DateTimeOffset ExpiresAt, bool ByPassword, string Note, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>Stored as <c>users.token-revoked.v1</c>.</summary>
    public sealed record TokenRevoked(string Id, string User, string By, DateTimeOffset At) : UserEvent(At);

    /// <summary>So many wrong passwords were given that the next ones have to wait. Stored as <c>users.locked.v1</c>.</summary>
    public sealed record Locked(string Name, int Tries, DateTimeOffset At) : UserEvent(At);

    /// <summary>Stored as <c>users.acted.v1</c>.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Action">Did what, in a word or two: <c>reload</c>, <c>ingest</c>, <c>look</c>.</param>
    /// <param name="Thing">On what, as <c>job 12</c>.</param>
    /// <param name="Owner">Whose that is; null for nobody's in particular.</param>
    /// <param name="Detail">More about it; empty for none.</param>
    /// <param name="At">When.</param>
    public sealed record Acted(string By, string Action, string Thing, string? Owner, string Detail, DateTimeOffset At) : UserEvent(At);
}
