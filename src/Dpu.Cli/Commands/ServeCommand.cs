using Dpu.Cli.Arguments;
using Dpu.Service;

namespace Dpu.Cli.Commands;

internal sealed class ServeCommand : DpuCommand
{
    private readonly HostingOptions _hosting = new();

    public ServeCommand()
        : base(
            "serve",
            "Runs a DPU until SIGTERM or Ctrl-C; a second one ends it at once. SIGHUP does what 'dpu reload' does",
            "dpu serve",
            "dpu serve --data /data/dpu --port 9000 -D dpu.node.cpus=4",
            "dpu serve --config site.conf") => _hosting.AddTo(this);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var interrupt = context.CatchInterrupt();
        DpuHost? running = null;
        using var hangup = ReloadOnHangup.Catch(context, () => Volatile.Read(ref running)?.Reload(), interrupt);
        await using var host = await Host.StartAsync(_hosting.Read(invocation), interrupt.Token);
        Volatile.Write(ref running, host);
        context.Say($"DPU '{host.Name}' listens at {Host.AddressOf(host)}, its data are in {host.DataDirectory}. Ctrl-C stops it.");
        if (host.PublicAddress is { } address)
        {
            context.Say($"Nodes and clients on other hosts use {address.GetLeftPart(UriPartial.Authority)}, over TLS{(host.CaSha256 is { } pin ? $"; its own authority's key is {pin}" : "")}.");
        }

        await Host.WaitAsync(host, interrupt.Token);
        if (interrupt.Token.IsCancellationRequested)
        {
            context.Say("Stopping.");
        }

        await host.StopAsync();
        context.Say("Stopped.");
        return ExitCodes.Done;
    }
}
