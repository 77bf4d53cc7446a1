using System.Collections.Immutable;

namespace Dpu.Domain.Users;

/// <summary>
/// What people ask about users and their tokens, each by a <see cref="Caller"/>. Secrets never come here: whoever received one hashed it, a token's by SHA-256 in hexadecimal,
/// a password by a slow function that says how in its text.
/// </summary>
public abstract record UserCommand
{
    private UserCommand()
    {
    }

    /// <summary>Make somebody known. Names are never free again: jobs and files keep theirs.</summary>
    public sealed record Add(string Name, UserType Type, ImmutableSortedSet<string> Projects, WorkContext Context, Caller By) : UserCommand;

    /// <summary>Change what somebody may do and belongs to; null leaves it as it is.</summary>
    public sealed record Change(string Name, UserType? Type, ImmutableSortedSet<string>? Projects, string? Project, Privileges? Privileges, Caller By) : UserCommand;

    /// <summary>Somebody has another password from now on. Tokens that he got for the old one end, but for the one that he asks with.</summary>
    public sealed record SetPassword(string Name, string PasswordHash, string? KeptToken, Caller By) : UserCommand;

    /// <summary>Somebody is not let in any more. His jobs run on.</summary>
    public sealed record Disable(string Name, Caller By) : UserCommand;

    /// <summary>He is let in again, with the tokens that he had.</summary>
    public sealed record Enable(string Name, Caller By) : UserCommand;

    /// <summary>Make a token by which somebody is known.</summary>
    /// <param name="Id">By which it is listed and revoked.</param>
    /// <param name="User">Whose.</param>
    /// <param name="SecretHash">Of its secret.</param>
    /// <param name="ExpiresAt">From when on it is of no use.</param>
    /// <param name="ForPassword">The hash that his password was found to agree with, when he asks for it with that; else null.</param>
    /// <param name="Note">For people; empty for none.</param>
    /// <param name="By">Who asks: the user himself, or an operator.</param>
    public sealed record CreateToken(string Id, string User, string SecretHash, DateTimeOffset ExpiresAt, string? ForPassword, string Note, Caller By) : UserCommand;

    /// <summary>A token is of no use any more: one's own, or anybody's for an operator.</summary>
    public sealed record RevokeToken(string Id, Caller By) : UserCommand;

    /// <summary>Too many wrong passwords were given for somebody.</summary>
    public sealed record Lock(string Name, int Tries) : UserCommand;

    /// <summary>Somebody did something that no other event tells.</summary>
    public sealed record Act(string Action, string Thing, string? Owner, string Detail, Caller By) : UserCommand;
}

/// <summary>What a command leads to.</summary>
public abstract record UserDecision
{
    private UserDecision()
    {
    }

    /// <summary>These events follow.</summary>
    public sealed record Accepted(ImmutableArray<UserEvent> Events) : UserDecision;

    /// <summary>It is so already.</summary>
    public sealed record Ignored(string Reason) : UserDecision;

    /// <summary>No, for a reason, and a sentence for whoever asked.</summary>
    public sealed record Rejected(UserRejection Reason, string Message) : UserDecision;
}

/// <summary>Why not.</summary>
public enum UserRejection
{
    NotAllowed,
    BadName,
    BadProject,
    UserExists,
    UnknownUser,
    UserDisabled,
    PasswordChanged,
    TokenExists,
    UnknownToken,
    TooManyTokens,
}
