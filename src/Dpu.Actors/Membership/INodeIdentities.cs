namespace Dpu.Actors.Membership;

/// <summary>Who nodes are and which of them an operator drained: what is committed, to be asked from any thread.</summary>
public interface INodeIdentities
{
    /// <summary>Names of nodes that are to be given nothing.</summary>
    IReadOnlyCollection<string> Drained { get; }

    /// <summary>The node that says <c>Bearer dpu-node:NAME:SECRET</c>; null when that is nobody's, not any more, or something else.</summary>
    NodeIdentity? Authenticate(string? authorizationHeader);

    bool IsDrained(string node);
}

/// <summary>A node that has joined.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Revoked">Cancelled when it is no longer to be believed: revoked, replaced by another under its name, or left for good. Its link is cut then.</param>
public sealed record NodeIdentity(string Name, CancellationToken Revoked);
