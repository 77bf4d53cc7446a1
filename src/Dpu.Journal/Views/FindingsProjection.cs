using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Lists what was found in the output of attempts.</summary>
internal sealed class FindingsProjection(Database database)
{
    public void Apply(JobContext context, ImmutableArray<AttemptEnd> ends)
    {
        foreach (var end in ends)
        {
            foreach (var pattern in end.Findings.GroupBy(finding => finding.Pattern, StringComparer.Ordinal))
            {
                Add(context, end, pattern);
            }
        }
    }

    private void Add(JobContext context, AttemptEnd end, IEnumerable<LogFinding> lines)
    {
        var step = context.StepOf(end.Task);
        foreach (var (index, finding) in lines.Index())
        {
            database.Prepare("""
                INSERT INTO findings (job_id, task, attempt, pattern, nth, step, recipe, user, level, at, line, count)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
                .Bind(context.Job).Bind(end.Task).Bind(end.Number).Bind(finding.Pattern).Bind(index + 1).Bind(step.Name).Bind(step.Recipe)
                .Bind(context.User).Bind(ViewText.Of(finding.Level)).Bind(finding.At).Bind(finding.Line).Bind(finding.Count).Run();
        }
    }
}
