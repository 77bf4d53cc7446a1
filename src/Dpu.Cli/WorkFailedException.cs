namespace Dpu.Cli;

/// <summary>The command was right and could not be done; the message is for its user.</summary>
internal sealed class WorkFailedException(string message) : Exception(message);
