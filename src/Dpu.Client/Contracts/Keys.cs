using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>Makes a node known, under <c>Authorization: Bearer dpu-key:ID:SECRET</c>. The same again changes nothing: the answer may have been lost.</summary>
/// <param name="Name">What the node is called from now on.</param>
/// <param name="IdentityHash">SHA-256 of the secret that the node made for itself, in hexadecimal.</param>
/// <param name="Protocol">The version of the link that the node speaks.</param>
public sealed record NodeJoinRequest(string? Name, string? IdentityHash, int? Protocol);

/// <summary>The node is known.</summary>
/// <param name="Dpu">The DPU's name.</param>
/// <param name="Name">The node's.</param>
public sealed record NodeJoined(string Dpu, string Name);

/// <summary>Makes a key.</summary>
/// <param name="For"><c>node</c> for a key with which nodes join, <c>user</c> for a token by which a user is known.</param>
/// <param name="Reusable">Whether several nodes may join with it; a token of a user is always good for any number of requests.</param>
/// <param name="ExpiresInSeconds">How long it is good for; null for the usual time.</param>
/// <param name="Note">For people; null for none.</param>
public sealed record KeyRequest(string? For, bool Reusable, double? ExpiresInSeconds, string? Note)
{
    /// <summary>Whose token it is to be; null for one's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init; }
}

/// <summary>A key that was made; this is the only time that its secret is told.</summary>
/// <param name="Id">By which it is listed and revoked.</param>
/// <param name="Line">The text that goes into the key's file; null where it was written there already.</param>
/// <param name="Expires">When it stops being usable.</param>
public sealed record KeyCreated(string Id, string? Line, DateTimeOffset Expires);

/// <summary>A join key, the identity of a node that joined with one, or a token of a user.</summary>
/// <param name="Id">What <c>dpu key revoke</c> takes; that of an identity begins with <c>node:</c>, that of a user's token with <c>u</c>.</param>
/// <param name="For"><c>node</c> for a key that lets nodes in, <c>identity</c> for what one node is known by, <c>user</c> for a token.</param>
/// <param name="State"><c>usable</c>, <c>used</c>, <c>expired</c> or <c>revoked</c>.</param>
/// <param name="Reusable">Whether it is good for more than one use.</param>
/// <param name="Created">When it was made, or the node joined.</param>
/// <param name="Expires">When it stops being usable; null for never.</param>
/// <param name="By">Who made it; of an identity, the key that the node joined with.</param>
/// <param name="Note">For people; null for none.</param>
/// <param name="LastUsed">When a node last joined with it, or the user last asked with it since the service started; null for never.</param>
/// <param name="LastUsedBy">That node; of a token, its user.</param>
public sealed record KeyInfo(
    string Id,
    string For,
    string State,
    bool Reusable,
    DateTimeOffset Created,
    DateTimeOffset? Expires,
    string By,
    string? Note,
    DateTimeOffset? LastUsed,
    string? LastUsedBy);
