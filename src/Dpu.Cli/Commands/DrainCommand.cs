using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class DrainCommand : DpuCommand
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PatienceWithDpu = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromDays(1);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(30);

    private readonly Argument<string> _node = new("NODE") { Description = "Which node" };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "How long to wait for what runs there, such as 30m; a day, if left out", HelpName = "TIME" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Does not wait" };
    private readonly Option<bool> _json = JsonOption("The node as in 'dpu nodes --json', as it is in the end");

    public DrainCommand()
        : base(
            "drain",
            "Gives a node nothing more, over restarts too, until 'dpu resume'. What runs there ends, what waits there runs elsewhere; waits until nothing is left",
            "dpu drain worker-3",
            "dpu drain worker-3 --timeout 30m && ssh worker-3 sudo reboot",
            "dpu drain worker-3 --no-wait",
            "dpu resume worker-3                            gives it work again")
    {
        Add(_node);
        Add(_timeout);
        Add(_noWait);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var bound = Timeout(Values.Seconds("--timeout", invocation.Get(_timeout)));
        using var interrupt = context.CatchInterrupt();
        using var http = context.OpenClient(invocation.Dpu);
        var node = await http.DrainAsync(invocation.Get(_node)!, CancellationToken.None);
        context.Say($"Node {node.Name} is drained: it is given nothing more until 'dpu resume {node.Name}'.");
        var exitCode = ExitCodes.Done;
        if (!invocation.Get(_noWait))
        {
            (node, exitCode) = await WaitAsync(context, http, node, bound, interrupt.Token);
        }

        if (invocation.Get(_json))
        {
            context.WriteJson(node, ApiJson.Readable.NodeInfo);
        }

        return exitCode;
    }

    private static TimeSpan Timeout(double? seconds) => seconds switch
    {
        null => UsualTimeout,
        { } asked when asked <= TimeoutMax.TotalSeconds => TimeSpan.FromSeconds(asked),
        _ => throw new UsageException($"--timeout takes at most {TimeoutMax.TotalDays} days."),
    };

    private static async Task<(NodeInfo Node, int ExitCode)> WaitAsync(CliContext context, DpuHttpClient http, NodeInfo node, TimeSpan bound, CancellationToken interrupted)
    {
        var begin = context.Time.GetTimestamp();
        var said = "";
        try
        {
            while (NodeText.Rest(node) is { } rest)
            {
                if (rest != said)
                {
                    context.Say($"{char.ToUpperInvariant(rest[0])}{rest[1..]}{(node.State == "Draining" ? "" : $"; the node is {NodeText.State(node)}")}.");
                    said = rest;
                }

                var left = bound - context.Time.GetElapsedTime(begin);
                if (left <= TimeSpan.Zero)
                {
                    context.Say($"Node {node.Name} is not empty after {Units.Duration(bound)}: {rest}. It stays drained.");
                    return (node, ExitCodes.WorkFailed);
                }

                await Task.Delay(left < LookAgainAfter ? left : LookAgainAfter, context.Time, interrupted);
                node = await LookAsync(context, http, node, interrupted);
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            context.Say($"Node {node.Name} stays drained; 'dpu nodes' tells what still runs there.");
            return (node, ExitCodes.Interrupted);
        }

        if (!node.Drained)
        {
            context.Say($"Node {node.Name} was given work again meanwhile.");
            return (node, ExitCodes.WorkFailed);
        }

        context.Say($"Nothing runs on node {node.Name}.");
        return (node, ExitCodes.Done);
    }

    /// <summary>As it is now; as it was while the DPU does not answer. One that is not listed any more left, and was empty then.</summary>
    private static async Task<NodeInfo> LookAsync(CliContext context, DpuHttpClient http, NodeInfo node, CancellationToken ct)
    {
        try
        {
            return (await http.GetNodesAsync(ct)).FirstOrDefault(info => info.Name == node.Name) ?? node with { Running = 0, Waiting = 0 };
        }
        catch (DpuUnreachableException gone)
        {
            context.Say($"{gone.Message} Trying again: the node stays drained.");
            await Task.Delay(PatienceWithDpu, context.Time, ct);
            return node;
        }
    }
}
