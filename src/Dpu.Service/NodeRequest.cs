namespace Dpu.Service;

/// <summary>What the command line asks of a node.</summary>
/// <param name="Configuration">Its configuration; the role is <c>backend</c>.</param>
/// <param name="Frontends">Where frontends answer; at least one.</param>
/// <param name="KeyFile">The file of the key that lets it in for the first time; null when it has been in before.</param>
public sealed record NodeRequest(ServeRequest Configuration, IReadOnlyList<Uri> Frontends, string? KeyFile)
{
    /// <summary>When the host ends it: it takes nothing more in time, and leaves before. Null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>It leaves when it was given nothing for so long. Null for never.</summary>
    public TimeSpan? IdleExit { get; init; }
}
