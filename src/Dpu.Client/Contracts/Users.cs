namespace Dpu.Client.Contracts;

/// <summary>Trades a password for a token.</summary>
/// <param name="User">Who.</param>
/// <param name="Password">In clear: this is sent over TLS, or on loopback, only.</param>
/// <param name="Note">For people, as the name of a host; null for none.</param>
/// <param name="ExpiresInSeconds">How long the token is to be good for; null for the usual time.</param>
public sealed record LoginRequest(string? User, string? Password, string? Note, double? ExpiresInSeconds)
{
    /// <summary>Without the password: this text may end in a log.</summary>
    public override string ToString() => $"login of {User}";
}

/// <summary>The user is known by this token from now on.</summary>
/// <param name="User">Who.</param>
/// <param name="Type">What he may do: <c>visitor</c>, <c>1</c>, <c>2</c>, <c>3</c> or <c>operator</c>.</param>
/// <param name="Id">By which the token is listed and revoked.</param>
/// <param name="Token">What stands behind <c>Authorization: Bearer</c>; this is the only time that it is told.</param>
/// <param name="Expires">When it stops being usable.</param>
public sealed record LoginAnswer(string User, string Type, string Id, string Token, DateTimeOffset Expires)
{
    /// <summary>Without the token.</summary>
    public override string ToString() => $"login of {User} by token {Id}";
}

/// <summary>A request that says nothing.</summary>
public sealed record LogoutRequest;

/// <summary>Who asks.</summary>
/// <param name="Name">His name; null for a visitor.</param>
/// <param name="Type">What he may do: <c>visitor</c>, <c>1</c>, <c>2</c>, <c>3</c> or <c>operator</c>.</param>
/// <param name="Projects">What he is a member of, the common one included.</param>
/// <param name="Project">Where what he makes goes unless he says otherwise.</param>
/// <param name="Privileges">Who sees it then: <c>mydb</c>, <c>project</c>, <c>users</c> or <c>world</c>.</param>
/// <param name="Token">The token by which he is known; null for a visitor, and for who runs the service.</param>
/// <param name="Expires">When that stops being usable.</param>
public sealed record WhoAmI(string? Name, string Type, IReadOnlyList<string> Projects, string Project, string Privileges, string? Token, DateTimeOffset? Expires);

/// <summary>Makes a user known.</summary>
/// <param name="Name">Letters, digits and <c>. _ @ -</c>, at most 64. A name is never free again.</param>
/// <param name="Type"><c>visitor</c>, <c>1</c>, <c>2</c>, <c>3</c> or <c>operator</c>.</param>
/// <param name="Projects">What he is a member of; null for the common one only.</param>
/// <param name="Project">Where what he makes goes unless he says otherwise; null for the common project.</param>
/// <param name="Privileges">Who sees it then: <c>mydb</c>, <c>project</c>, <c>users</c> or <c>world</c>; null for <c>project</c>.</param>
public sealed record UserRequest(string? Name, string? Type, IReadOnlyList<string>? Projects, string? Project, string? Privileges);

/// <summary>Changes what a user may do and belongs to; what is null stays.</summary>
/// <inheritdoc cref="UserRequest"/>
public sealed record UserChange(string? Type, IReadOnlyList<string>? Projects, string? Project, string? Privileges);

/// <summary>Gives a user another password.</summary>
/// <param name="Password">The new one: 10 characters at least, of any kind.</param>
/// <param name="Current">The one that he has; an operator need not know it.</param>
public sealed record PasswordRequest(string? Password, string? Current)
{
    /// <summary>Without the passwords.</summary>
    public override string ToString() => "a password";
}

/// <summary>A user.</summary>
/// <param name="Name">His name.</param>
/// <param name="Type">What he may do: <c>visitor</c>, <c>1</c>, <c>2</c>, <c>3</c> or <c>operator</c>.</param>
/// <param name="Projects">What he is a member of, beside the common one.</param>
/// <param name="Project">Where what he makes goes unless he says otherwise.</param>
/// <param name="Privileges">Who sees it then.</param>
/// <param name="Enabled">Whether he is let in.</param>
/// <param name="HasPassword">Whether he can log in with a password.</param>
/// <param name="Tokens">How many usable tokens he has.</param>
/// <param name="Added">When he was made known.</param>
/// <param name="AddedBy">By whom.</param>
/// <param name="WaitSeconds">How long the next login has to wait after wrong passwords; 0 for not at all.</param>
public sealed record UserInfo(
    string Name,
    string Type,
    IReadOnlyList<string> Projects,
    string Project,
    string Privileges,
    bool Enabled,
    bool HasPassword,
    int Tokens,
    DateTimeOffset Added,
    string AddedBy,
    double WaitSeconds);
