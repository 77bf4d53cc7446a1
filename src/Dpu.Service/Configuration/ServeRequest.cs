namespace Dpu.Service;

/// <summary>What the command line asks of a service.</summary>
/// <param name="ConfigFile">A HOCON file of the user's own, or null.</param>
/// <param name="Overrides">Configuration keys and their values, the last one wins.</param>
/// <param name="DataDirectory">Instead of <c>dpu.data</c>.</param>
/// <param name="Port">Instead of <c>dpu.http.port</c>; 0 for any free one.</param>
/// <param name="Role"><c>embedded</c>, <c>frontend</c>, or <c>backend</c> for a node.</param>
public sealed record ServeRequest(
    string? ConfigFile,
    IReadOnlyList<KeyValuePair<string, string>> Overrides,
    string? DataDirectory,
    int? Port,
    string Role = "embedded");

/// <summary>The service cannot start; the message is for people.</summary>
public sealed class StartupException(string message, int exitCode) : Exception(message)
{
    /// <summary>2 when the command or the configuration is wrong, 3 when the machine does not allow it now.</summary>
    public int ExitCode { get; } = exitCode;
}
