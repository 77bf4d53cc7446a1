namespace Dpu.Client.Contracts;

/// <summary>Asks a DPU to read its configuration again.</summary>
public sealed record ReloadRequest;

/// <summary>What a DPU found when it read its configuration again.</summary>
/// <param name="Changes">By key; empty when nothing changed.</param>
public sealed record ReloadReport(IReadOnlyList<ReloadChange> Changes);

/// <summary>A key that has another value now.</summary>
/// <param name="Key">Its path below <c>dpu</c>; a recipe or pipeline that came or went is one key.</param>
/// <param name="From">What it was, as written; an object or a list as JSON; null when it was not there.</param>
/// <param name="To">What it is, likewise; null when it is not there any more.</param>
/// <param name="Live">Whether it holds from now on; else it needs a restart, and is told again until then.</param>
/// <param name="Text">All of that in a line for people.</param>
public sealed record ReloadChange(string Key, string? From, string? To, bool Live, string Text);
