using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>Nodes as jobs of a batch system.</summary>
internal sealed class ScaleCommand : DpuCommand
{
    private const string Automatic = "auto";

    private readonly Option<string?> _to = new("--to") { Description = "How many nodes there are to be from now on; 'auto': as many as the queue needs, between dpu.scaling.min and max", HelpName = "N|auto" };
    private readonly Option<string?> _via = new("--via") { Description = "The batch system that runs them: slurm or gridengine", HelpName = "SYSTEM" };
    private readonly Option<bool> _json = JsonOption("{\"target\",\"automatic\",\"via\",\"min\",\"max\",\"wanted\",\"waitingTasks\",\"pilots\":[{\"name\",\"via\",\"batchId\",\"state\",\"running\",\"reason\",\"ends\"}],\"lastFailure\",\"trouble\",\"waitsUntil\"}");

    public ScaleCommand()
        : base(
            "scale",
            "Shows or sets how many nodes run as jobs of a batch system",
            "dpu scale --to 20 --via slurm",
            "dpu scale                        shows them with their jobs",
            "dpu scale --to auto              as many as the queue needs",
            "dpu scale --to 0                 sends them away when what runs has ended")
    {
        Add(_to);
        Add(_via);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var to = invocation.Get(_to);
        var via = Values.NotEmpty("--via", invocation.Get(_via));
        if (to is null && via is not null)
        {
            throw new UsageException("--via says where nodes are started: say how many with --to N, or --to auto.");
        }

        using var http = context.OpenClient(invocation.Dpu);
        var scaling = to is null
            ? await http.GetScalingAsync(CancellationToken.None)
            : await http.SetScalingAsync(new ScalingRequest(to == Automatic ? null : Values.WholeNumber("--to", to, 0), via), CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(scaling, ApiJson.Readable.ScalingInfo);
        }
        else
        {
            Write(scaling, context);
        }

        return ExitCodes.Done;
    }

    private static void Write(ScalingInfo scaling, CliContext context)
    {
        var writer = context.Out;
        writer.WriteLine(Summary(scaling));
        if (scaling.Pilots.Count > 0)
        {
            var table = new Table("NODE", "STATE", "RUNNING", "VIA", "JOB", "ENDS", "WAITS FOR").Right(2);
            foreach (var pilot in scaling.Pilots)
            {
                table.Add(
                    pilot.Name,
                    pilot.State,
                    Units.Number(pilot.Running),
                    pilot.Via,
                    pilot.BatchId ?? "",
                    pilot.Ends is { } ends ? Units.Time(ends, context.Time.LocalTimeZone) : "",
                    pilot.Reason ?? "");
            }

            table.WriteTo(writer);
        }

        if (scaling.Trouble is { } trouble)
        {
            writer.WriteLine($"Nothing can be done at the moment: {Visible.Text(trouble)}.");
        }

        if (scaling.LastFailure is { } failure)
        {
            var again = scaling.WaitsUntil is { } until ? $" Tried again at {Units.Time(until, context.Time.LocalTimeZone)}." : "";
            writer.WriteLine($"The last failure: {Visible.Text(failure)}.{again}");
        }
    }

    private static string Summary(ScalingInfo scaling) => scaling switch
    {
        { Via: null } => "No batch system runs nodes for this DPU: 'dpu scale --to N --via slurm' starts some.",
        { Automatic: true } => $"As many nodes as the queue needs, {scaling.Min} to {scaling.Max}, via {scaling.Via}: {scaling.Wanted} wanted now, {scaling.Pilots.Count} there or on their way; {scaling.WaitingTasks} tasks wait.",
        _ => $"{scaling.Target} nodes via {scaling.Via}: {scaling.Pilots.Count} there or on their way.",
    };
}
