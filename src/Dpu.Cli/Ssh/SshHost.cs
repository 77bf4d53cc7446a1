using Dpu.Actors.Scaling;
using Dpu.Service.Pilots;

namespace Dpu.Cli.Ssh;

/// <summary>
/// A host that is reached with nothing but ssh. The remote command is one constant text; everything else, secrets included, goes through its standard input as a script
/// in which every value is quoted: no shell on either side, of whatever kind, takes a part of a value for its own.
/// </summary>
/// <param name="host">As ssh takes it.</param>
/// <param name="options">Further arguments of ssh.</param>
/// <param name="searchPath">Where ssh is looked for.</param>
/// <param name="time">How long each call may take.</param>
internal sealed class SshHost(string host, IReadOnlyList<string> options, string searchPath, TimeSpan time)
{
    /// <summary>ssh's own exit code when it could not run anything there.</summary>
    private const int Failed = 255;

    private readonly BatchCommand _command = new(searchPath, time);

    /// <summary>Runs a script there.</summary>
    /// <exception cref="ServiceFailedException">The host cannot be reached, or the script failed: the message is what was said.</exception>
    public async Task<string> RunAsync(string script, CancellationToken ct)
    {
        try
        {
            // Whatever shell the user has there, it becomes ours at once.
            var answer = await _command.RunAsync(
                "ssh", ["-o", "BatchMode=yes", "-o", "ConnectTimeout=20", .. options, "--", host, "exec /bin/sh -s"], script, ct);
            return answer.ExitCode switch
            {
                0 => answer.Output.Trim(),
                Failed => throw new ServiceFailedException($"{host} cannot be reached by ssh: {Said(answer)}", ExitCodes.NoAnswer),
                _ => throw new ServiceFailedException($"{host}: {Said(answer)}", ExitCodes.NoAnswer),
            };
        }
        catch (BatchSystemException e)
        {
            throw new ServiceFailedException($"{host}: {e.Message}", ExitCodes.NoAnswer);
        }
    }

    private static string Said(CommandAnswer answer) =>
        answer.Words.Length > 0 ? $"{answer.Words.TrimEnd('.')}." : $"it ended with exit code {answer.ExitCode} and said nothing.";
}
