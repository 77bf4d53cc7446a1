namespace Dpu.Client.Trust;

/// <summary>
/// Who a node is after it has joined: its name and a secret that it made itself. Only the SHA-256 of the secret ever leaves the node before it is
/// used. <see cref="ToString"/> shows nothing secret.
/// </summary>
public sealed class NodeCredential
{
    /// <summary>What <see cref="Parameter"/> begins with.</summary>
    public const string Prefix = "dpu-node";

    private NodeCredential(string name, string secret)
    {
        Name = name;
        Secret = secret;
    }

    public string Name { get; }

    public string Secret { get; }

    /// <summary>What the node gives when it joins (<see cref="Contracts.NodeJoinRequest.IdentityHash"/>).</summary>
    public string IdentityHash => SecretText.HashOf(Secret);

    /// <summary>What stands behind <c>Authorization: Bearer</c> in all that the node asks from then on.</summary>
    public string Parameter => $"{Prefix}:{Name}:{Secret}";

    /// <summary>A fresh one.</summary>
    /// <exception cref="ArgumentException">The name is none for a node.</exception>
    public static NodeCredential Create(string name) => new(CheckedName(name), SecretText.Create());

    /// <summary>One that was kept: <paramref name="text"/> is a <see cref="Parameter"/>. Null when it is none.</summary>
    public static NodeCredential? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') is [Prefix, var name, var secret] && IsName(name) && SecretText.IsOne(secret) ? new NodeCredential(name, secret) : null;
    }

    /// <summary>Letters, digits and <c>- _ .</c>, at most 100: it stands in addresses, file names and lines of logs.</summary>
    public static bool IsName(string text) =>
        text is { Length: > 0 and <= 100 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    public override string ToString() => $"identity of node {Name}";

    private static string CheckedName(string name) => IsName(name)
        ? name
        : throw new ArgumentException("A node's name has letters, digits and - _ . only, at most 100.", nameof(name));
}
