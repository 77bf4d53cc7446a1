using Dpu.Client.Contracts;
using Dpu.Service;

namespace Dpu.Cli.Commands;

/// <summary>What SIGHUP does to a service or a node in this process: its configuration is read again, and what changed is said.</summary>
internal static class ReloadOnHangup
{
    /// <param name="context">Where it is said.</param>
    /// <param name="reload">Reads it again; null while that which has one is still being started. Caught until after its stop: a terminal that is closed may signal twice.</param>
    /// <param name="interrupt">Raised when nobody is there to be told: the terminal was closed, which sends the same signal.</param>
    public static IDisposable Catch(CliContext context, Func<ReloadReport?> reload, Interrupt interrupt) => context.CatchHangup(() =>
    {
        try
        {
            foreach (var line in LinesOf(reload))
            {
                context.Say(line);
            }
        }
        catch (IOException)
        {
            interrupt.Raise();
        }
    });

    private static List<string> LinesOf(Func<ReloadReport?> reload)
    {
        try
        {
            return reload() is { } report ? [.. ReloadCommand.LinesOf(report)] : ["It is just being started: ask again in a moment."];
        }
        catch (StartupException error)
        {
            return [.. error.Message.Split('\n'), "Nothing was changed."];
        }
    }
}
