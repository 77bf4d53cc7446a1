using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>What of a job runs again, as a table of its steps.</summary>
internal static class RetryText
{
    public static void Write(RetryPlan plan, TextWriter writer)
    {
        writer.WriteLine($"Job {plan.JobId}: {plan.Tasks} task{(plan.Tasks == 1 ? "" : "s")} to run again.");
        var table = new Table("STEP", "AGAIN", "OF", "ENDED NORMALLY", "MEMORY").Right(1, 2, 3, 4);
        foreach (var step in plan.Steps)
        {
            table.Add(step.Name, Units.Number(step.Tasks), Units.Number(step.Of), Units.Number(step.Normal), step.MemoryBytes == 0 ? "" : Units.Size(step.MemoryBytes));
        }

        table.WriteTo(writer);
        if (plan.Steps.Any(step => step.Normal > 0))
        {
            writer.WriteLine("What those made that had ended normally is not visible any more once they are opened again.");
        }
    }
}
