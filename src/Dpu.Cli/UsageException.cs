namespace Dpu.Cli;

/// <summary>The command was wrong in a way that its grammar does not show; the message is for its user.</summary>
internal sealed class UsageException(string message) : Exception(message);
