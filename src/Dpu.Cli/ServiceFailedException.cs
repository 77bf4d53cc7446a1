namespace Dpu.Cli;

/// <summary>The service in this process cannot start or go on; the message is for its user.</summary>
internal sealed class ServiceFailedException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
