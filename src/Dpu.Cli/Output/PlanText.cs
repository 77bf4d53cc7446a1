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

        var table = new Table("STEP", "RECIPE", "TASKS", "CPUS", "MEMORY", "TIME", "FIRST KEYS").Right(2, 3, 4, 5);
        foreach (var step in plan.Steps)
        {
            table.Add(
                step.Name,
                step.Recipe,
                Units.Number(step.Tasks),
                Units.Number(step.Cpus),
                Units.Size(step.MemoryBytes),
                Units.Duration(TimeSpan.FromSeconds(step.Seconds)),
                string.Join("; ", step.Keys.Select(Keys.Text)));
        }

        table.WriteTo(writer);
    }
}
