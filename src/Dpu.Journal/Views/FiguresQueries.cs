using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Sums over everything, for those who watch the DPU and not a job.</summary>
internal static class FiguresQueries
{
    public static Figures Read(Database database) => new(
        StatisticsQueries.Jobs(database, Condition.Always),
        StatisticsQueries.Counts(database, Condition.Always),
        StatisticsQueries.Counts(database, StatisticsQueries.Unfinished),
        StatisticsQueries.Running(database),
        Steps(database),
        OldestQueued(database),
        JobQueries.Checkpoint(database),
        DatabaseBytes(database));

    private static ImmutableArray<StepFigures> Steps(Database database)
    {
        var query = database.Prepare("""
            SELECT step, SUM(started), SUM(normal), SUM(failed), SUM(lost), SUM(wall_us), SUM(cpu_us), SUM(files), SUM(file_bytes)
            FROM statistics GROUP BY step ORDER BY step
            """);
        var steps = ImmutableArray.CreateBuilder<StepFigures>();
        while (query.Step())
        {
            steps.Add(new StepFigures(
                query.Text(0), query.Long(1), query.Long(2), query.Long(3), query.Long(4), query.Long(5) / 1e6, query.Long(6) / 1e6, query.Long(7), query.Long(8)));
        }

        return steps.ToImmutable();
    }

    /// <summary>Numbers rise with time, and by them there is an index.</summary>
    private static DateTimeOffset? OldestQueued(Database database)
    {
        var query = database.Prepare("SELECT submitted_at FROM jobs WHERE status = ? ORDER BY job_id LIMIT 1").Bind(ViewText.Of(JobStatus.Queued));
        return query.Step() ? query.Time(0) : null;
    }

    private static long DatabaseBytes(Database database)
    {
        var query = database.Prepare("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
        query.Step();
        return query.Long(0);
    }
}
