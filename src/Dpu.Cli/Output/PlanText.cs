using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>A plan as a table of its steps.</summary>
internal static class PlanText
{
    public static void Write(PlanPreview plan, TextWriter writer)
    {
        var tasks = plan.Steps.Sum(step => (long)step.Tasks);
        writer.WriteLine($"{Visible.Text(plan.Sequence)}: {tasks} task{(tasks == 1 ? "" : "s")}, estimated {Units.Duration(TimeSpan.FromSeconds(plan.EstimatedSeconds))}. Nothing was run.");
        if (plan.Steps.Count == 0)
        {
            return;
        }

        var table = new Table("STEP", "RECIPE", "TASKS", "CPUS", "MEMORY", "TIME", "KNOWN FROM", "FIRST KEYS").Right(2, 3, 4, 5);
        foreach (var step in plan.Steps)
        {
            table.Add(
                step.Name,
                step.Recipe,
                Units.Number(step.Tasks),
                Units.Number(step.Cpus),
                Units.Size(step.MemoryBytes),
                Units.Duration(TimeSpan.FromSeconds(step.Seconds)),
                KnownFrom(plan, step),
                string.Join("; ", step.Keys.Select(Keys.Text)));
        }

        table.WriteTo(writer);
        foreach (var step in plan.Steps)
        {
            if (step.MemoryInsteadBytes is { } better)
            {
                writer.WriteLine(
                    $"{Visible.Text(step.Name)} asks for {Units.Size(step.MemoryBytes)} of memory a task; by what earlier tasks held, {Units.Size(better)} would be right ({(plan.Sequence == "exec" ? "--mem" : "--dpu-mem")}).");
            }
        }

        foreach (var step in plan.Steps.Where(step => step.Hosts is not null || step.MaxPerNode is not null))
        {
            WriteHosts(step, writer);
        }
    }

    private static string KnownFrom(PlanPreview plan, PlannedStep step) => step switch
    {
        { EstimateSamples: > 0 and var samples } => $"{Units.Number(samples)} earlier tasks",
        { Seconds: 0 } => "nothing yet",
        _ => plan.Sequence == "exec" ? "what was asked" : "the recipe",
    };

    private static void WriteHosts(PlannedStep step, TextWriter writer)
    {
        writer.WriteLine();
        writer.WriteLine(step.MaxPerNode is { } most
            ? $"{Visible.Text(step.Name)}: at most {Units.Number(most)} at once on each node."
            : $"{Visible.Text(step.Name)}: as many at once on each node as fit.");
        if (step.Hosts is not { } hosts)
        {
            return;
        }

        var table = new Table("NODE", "TASKS", "").Right(1);
        foreach (var host in hosts)
        {
            table.Add(host.Node, Units.Number(host.Tasks), host.Known ? "" : "not here now");
        }

        table.WriteTo(writer);
    }
}
