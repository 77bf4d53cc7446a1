using System.Collections.Immutable;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Attempts of a job as a whole.</summary>
internal static class AttemptQueries
{
    /// <summary>How many tasks of each step run.</summary>
    public static ImmutableArray<int> Running(Database database, JobId job)
    {
        var steps = JobQueries.Steps(database, job);
        var running = new int[steps.Length];
        var query = database.Prepare("SELECT task FROM tasks WHERE job_id = ? AND state = 'Running' ORDER BY task").Bind(job.Value);
        var step = 0;
        while (query.Step())
        {
            while (query.Int(0) >= steps[step].FirstTask + steps[step].Counts.Total)
            {
                step++;
            }

            running[step]++;
        }

        query.Reset();
        return [.. running];
    }

    /// <summary>Numbers of the tasks that say something about their job beside those that failed: they run, are held, lost or aborted, were tried again, or took longest.</summary>
    public static ImmutableSortedSet<int> Notable(Database database, JobId job, int max, int slowest)
    {
        var tasks = ImmutableSortedSet.CreateBuilder<int>();
        Take(tasks, database.Prepare("SELECT task FROM tasks WHERE job_id = ? AND state IN ('Running', 'Held', 'Unknown') LIMIT ?").Bind(job.Value).Bind(max));
        Take(tasks, database.Prepare("SELECT task FROM tasks WHERE job_id = ? AND state = 'Aborted' LIMIT 1").Bind(job.Value));
        Take(tasks, database.Prepare("SELECT first_task FROM aborted_tasks WHERE job_id = ? LIMIT 1").Bind(job.Value));
        Take(tasks, database.Prepare("SELECT DISTINCT task FROM attempts WHERE job_id = ? AND (retried = 1 OR attempt > 1) LIMIT ?").Bind(job.Value).Bind(max));
        if (slowest > 0)
        {
            Take(tasks, database.Prepare("""
                SELECT task FROM attempts WHERE job_id = ? AND ended_at IS NOT NULL
                ORDER BY julianday(ended_at) - julianday(started_at) DESC LIMIT ?
                """).Bind(job.Value).Bind(slowest));
        }

        return tasks.ToImmutable();
    }

    private static void Take(ImmutableSortedSet<int>.Builder tasks, Statement query)
    {
        while (query.Step())
        {
            tasks.Add(query.Int(0));
        }

        query.Reset();
    }

    /// <summary>When attempts ran where. Of very many tasks some are taken, each found by itself, so that it takes as long however many there are.</summary>
    public static AttemptSample Sample(Database database, JobId job, int tasksMax)
    {
        var steps = JobQueries.Steps(database, job);
        var tasks = steps.Sum(step => step.Counts.Total);
        var stride = Math.Max(1, (tasks + tasksMax - 1) / tasksMax);
        var query = stride == 1
            ? database.Prepare("SELECT task, attempt, node, state, started_at, ended_at FROM attempts WHERE job_id = ? ORDER BY task, attempt").Bind(job.Value)
            : database.Prepare("""
                WITH RECURSIVE chosen (task) AS (SELECT 0 UNION ALL SELECT task + ? FROM chosen WHERE task + ? < ?)
                SELECT a.task, a.attempt, a.node, a.state, a.started_at, a.ended_at FROM chosen CROSS JOIN attempts a ON a.job_id = ? AND a.task = chosen.task
                """).Bind(stride).Bind(stride).Bind(tasks).Bind(job.Value);
        var attempts = ImmutableArray.CreateBuilder<TimedAttempt>();
        while (query.Step())
        {
            var task = query.Int(0);
            var step = steps.Last(step => task >= step.FirstTask).Step;
            attempts.Add(new TimedAttempt(task, query.Int(1), step, query.Text(2), IsBad(ViewText.State(query.Text(3))), query.Time(4), query.TimeOrNull(5)));
        }

        query.Reset();
        return new AttemptSample(attempts.ToImmutable(), stride);
    }

    private static bool IsBad(TaskViewState state) => state is TaskViewState.Error or TaskViewState.Unknown;
}
