using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ReloadCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("""One JSON object {"changes":[{"key","from","to","live","text"}]}""");

    public ReloadCommand()
        : base(
            "reload",
            "The service reads its configuration again, without a restart: recipes, pipelines, rules of ingest, limits, tags. Says what changed, and what needs a restart",
            "dpu reload",
            "dpu reload --json | jq -r '.changes[] | select(.live | not).key'",
            "kill -HUP PID                the same for the service that runs as process PID; a node reads its tags again") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var report = await http.ReloadAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(report, ApiJson.Readable.ReloadReport);
            return ExitCodes.Done;
        }

        foreach (var line in LinesOf(report))
        {
            context.Out.WriteLine(Visible.Text(line));
        }

        return ExitCodes.Done;
    }

    /// <summary>What a reload found, for people.</summary>
    public static IEnumerable<string> LinesOf(ReloadReport report) =>
        report.Changes.Count == 0 ? ["Nothing changed."] : report.Changes.Select(static change => change.Text);
}
