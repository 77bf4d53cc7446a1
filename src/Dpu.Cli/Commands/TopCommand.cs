using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Cli.Top;

namespace Dpu.Cli.Commands;

/// <summary>The queue and the nodes, live on a terminal.</summary>
internal sealed class TopCommand : DpuCommand
{
    private readonly Option<bool> _once = new("--once") { Description = "One picture, without colours and at most 80 columns wide, then end; so it is where the output is no terminal" };
    private readonly Option<bool> _json = JsonOption("One JSON object a second, or with --once a single one");

    public TopCommand()
        : base("top", "The queue and the nodes, live; q or Ctrl-C ends it", "dpu top", "dpu top --once", "dpu top --once --json | jq .stats.tasksPerSecondLastMinute")
    {
        Add(_once);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var (context, json) = (invocation.Context, invocation.Get(_json));
        using var http = context.OpenClient(invocation.Dpu, static _ => { });
        var feed = new TopFeed(http, context.Time);
        using var interrupt = context.CatchInterrupt();
        if (invocation.Get(_once) || (!json && !IsLive(context)))
        {
            var model = await feed.ReadAsync(interrupt.Token);
            if (json)
            {
                WriteJson(context, model);
            }
            else
            {
                new TopTerminal(context, isOnTerminal: false).Show(model);
            }

            return ExitCodes.Done;
        }

        try
        {
            await FollowAsync(context, feed, json, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            // How it is ended.
        }

        return ExitCodes.Done;
    }

    private static bool IsLive(CliContext context) => context.OutIsTerminal && context.Variable("TERM") is not (null or "" or "dumb");

    private static async Task FollowAsync(CliContext context, TopFeed feed, bool json, CancellationToken ct)
    {
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (json)
        {
            await foreach (var model in feed.WatchAsync(quit.Token))
            {
                WriteJson(context, model);
                await context.Out.FlushAsync(quit.Token);
            }

            return;
        }

        using var terminal = new TopTerminal(context, isOnTerminal: true);
        await foreach (var model in feed.WatchAsync(quit.Token))
        {
            terminal.Show(model);
            if (context.IsQuitTyped())
            {
                return;
            }
        }
    }

    private static void WriteJson(CliContext context, TopModel model) =>
        context.WriteJson(new TopReport(model.At, model.Dpu, model.Stats, [.. model.InOrder()], model.Lost), CliJson.Readable.TopReport);
}
