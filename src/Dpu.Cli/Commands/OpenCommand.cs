using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace Dpu.Cli.Commands;

/// <summary>The page in a browser, logged in.</summary>
internal sealed class OpenCommand : DpuCommand
{
    private const string Opener = "xdg-open";

    private readonly Option<bool> _print = new("--print") { Description = "Prints the address instead: it logs in the browser that opens it first, within five minutes" };

    public OpenCommand()
        : base(
            "open",
            "Opens the DPU's page in a browser, logged in as you",
            "dpu open",
            "dpu open --print                             for a browser on another machine, or a telephone") => Add(_print);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var session = await http.OpenPageAsync(CancellationToken.None);
        var address = new Uri(context.AddressOf(invocation.Dpu), session.Path).AbsoluteUri;
        if (invocation.Get(_print))
        {
            context.Out.WriteLine(address);
            return ExitCodes.Done;
        }

        if (!await TryOpenAsync(address))
        {
            // Most hosts of a cluster have no browser, and no screen for one.
            context.Say($"No browser could be opened here ({Opener} is missing, or found none). Open this in one, once, within five minutes:");
            context.Out.WriteLine(address);
        }

        return ExitCodes.Done;
    }

    /// <summary>The address stands on a command line for a moment, where other users of this host can read it: it is of use once, and the browser is faster.</summary>
    private static async Task<bool> TryOpenAsync(string address)
    {
        if (Environment.GetEnvironmentVariable("DISPLAY") is null or "" && Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is null or "")
        {
            return false;
        }

        try
        {
            using var opener = Process.Start(new ProcessStartInfo(Opener, [address]) { RedirectStandardError = true, RedirectStandardOutput = true });
            await opener!.WaitForExitAsync();
            return opener.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
