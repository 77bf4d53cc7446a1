using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class StatsCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("One JSON object");

    public StatsCommand()
        : base("stats", "The DPU in figures: jobs, tasks, throughput, users, nodes", "dpu stats", "dpu stats --json | jq .tasksPerSecondLastMinute") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var stats = await http.GetStatsAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(stats, ApiJson.Readable.DpuStats);
        }
        else
        {
            Write(stats, context.Out);
        }

        return ExitCodes.Done;
    }

    private static void Write(DpuStats stats, TextWriter writer)
    {
        if (stats.State is { } state)
        {
            writer.WriteLine(Visible.Text($"state         {state}{(stats.Reason is { } reason ? $": {reason}" : "")}"));
        }

        var byStatus = string.Join(", ", stats.Jobs.ByStatus.Select(status => Visible.Text($"{status.Key} {status.Value}")));
        writer.WriteLine($"jobs          {stats.Jobs.Total}{(byStatus.Length == 0 ? "" : $" ({byStatus})")}");
        writer.WriteLine($"tasks         N/E/A/S/U {stats.Tasks}");
        writer.WriteLine($"throughput    {Units.Number(stats.TasksPerSecondLastMinute)} tasks/s in the last minute");
        writer.WriteLine($"dead letters  {stats.DeadLetters}");
        writer.WriteLine($"up for        {Units.Duration(TimeSpan.FromSeconds(stats.UptimeSeconds))}");
        if (stats.Users.Count > 0)
        {
            writer.WriteLine();
            var users = new Table("USER", "JOBS", "TASKS").Right(1, 2);
            foreach (var user in stats.Users)
            {
                users.Add(user.User, Units.Number(user.Jobs), Units.Number(user.Tasks));
            }

            users.WriteTo(writer);
        }

        WriteEstimates(stats.Estimates ?? [], writer);
        writer.WriteLine();
        NodesCommand.Write(stats.Nodes, writer);
    }

    /// <summary>How good estimates were: what steps took, as a multiple of what was estimated.</summary>
    private static void WriteEstimates(IReadOnlyList<EstimateQuality> estimates, TextWriter writer)
    {
        if (estimates.Count == 0)
        {
            return;
        }

        writer.WriteLine();
        var table = new Table("ESTIMATES OF", "STEPS", "TOOK (MEDIAN)", "WITHIN A FACTOR OF 2").Right(1, 2, 3);
        foreach (var estimate in estimates)
        {
            table.Add(
                estimate.Program,
                Units.Number(estimate.Steps),
                $"{Units.Number(estimate.MedianRatio)} × estimate",
                $"{Units.Number(Math.Round(estimate.WithinFactor2 * 100))} %");
        }

        table.WriteTo(writer);
    }
}
