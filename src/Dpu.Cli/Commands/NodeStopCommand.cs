using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Service.Pilots;

namespace Dpu.Cli.Commands;

/// <summary>Stops a node that <see cref="NodeStartCommand"/> started.</summary>
internal sealed class NodeStopCommand : DpuCommand
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(60);

    private readonly SshOptions _ssh = new();
    private readonly Option<string?> _time = new("--time") { Description = "How long it may take to end; 60 s if not given", HelpName = "TIME" };

    public NodeStopCommand()
        : base(
            "stop",
            "Stops a node that was started by ssh, in order; 'dpu drain NODE' before lets everything that runs there end",
            "dpu node stop --ssh lce001",
            "dpu node stop --ssh lce002 --name fast-1 --time 10min")
    {
        _ssh.AddTo(this);
        Add(_time);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var patience = TimeSpan.FromSeconds(Values.Seconds("--time", invocation.Get(_time)) ?? 60);
        var host = _ssh.Read(invocation, patience + ConnectTime);
        invocation.Context.Out.WriteLine(await host.RunAsync(NodeScript.Stop(_ssh.NameOf(invocation), _ssh.DataOf(invocation) ?? "", patience), CancellationToken.None));
        return ExitCodes.Done;
    }
}
