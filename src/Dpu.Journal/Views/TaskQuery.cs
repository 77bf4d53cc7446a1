using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Lists a job's tasks: rows of <c>tasks</c>, and between them those that have no row because nothing happened to them, or because they were
/// aborted by the range.
/// </summary>
internal sealed class TaskQuery
{
    private readonly Database _database;
    private readonly JobId _job;
    private readonly ImmutableArray<StepRow> _steps;
    private readonly List<(TaskRange Tasks, string Reason)> _aborted = [];
    private readonly int _count;
    private readonly bool _hasFindings;

    public TaskQuery(Database database, JobId job)
    {
        _database = database;
        _job = job;
        _steps = JobQueries.Steps(database, job);
        _count = _steps.Sum(step => step.Counts.Total);
        _hasFindings = FindingQueries.Any(database, job);
        var ranges = database.Prepare("SELECT first_task, task_count, reason FROM aborted_tasks WHERE job_id = ? ORDER BY first_task").Bind(job.Value);
        while (ranges.Step())
        {
            _aborted.Add((new TaskRange(ranges.Int(0), ranges.Int(1)), ranges.Text(2)));
        }
    }

    public ImmutableArray<TaskRow> Run(TaskFilter filter)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskRow>();
        foreach (var (task, hasRow) in filter.State is null or TaskViewState.Submitted or TaskViewState.Aborted ? Every(filter) : WithRow(filter))
        {
            if (tasks.Count == filter.Limit)
            {
                break;
            }

            if (filter.State is null || task.State == filter.State)
            {
                tasks.Add(hasRow ? task with { Attempts = Attempts(task.Task) } : task);
            }
        }

        return tasks.ToImmutable();
    }

    /// <summary>Whatever was tried has a row.</summary>
    private IEnumerable<(TaskRow Task, bool HasRow)> Every(TaskFilter filter)
    {
        var next = Math.Max(filter.From, 0);
        foreach (var (row, _) in WithRow(filter with { State = null }))
        {
            for (; next < row.Task; next++)
            {
                yield return (WithoutRow(next), false);
            }

            yield return (row, true);
            next = row.Task + 1;
        }

        for (; next < _count; next++)
        {
            yield return (WithoutRow(next), false);
        }
    }

    private IEnumerable<(TaskRow Task, bool HasRow)> WithRow(TaskFilter filter)
    {
        // The state stands in the text: only so the index of tasks in trouble is used.
        var state = filter.State is { } wanted ? $" AND state = '{ViewText.Of(wanted)}'" : "";
        var query = _database
            .Prepare($"SELECT task, keys, state, cause, message FROM tasks WHERE job_id = ? AND task >= ?{state} ORDER BY task")
            .Bind(_job.Value).Bind(filter.From);
        while (query.Step())
        {
            var row = Row(
                query.Int(0),
                ViewText.State(query.Text(2)),
                ViewText.Keys(query.TextOrNull(1)),
                ViewText.Cause(query.TextOrNull(3)),
                query.TextOrNull(4) ?? "");
            yield return (row, true);
        }
    }

    private TaskRow WithoutRow(int task)
    {
        var aborted = _aborted.Find(range => task >= range.Tasks.First && task < range.Tasks.End);
        return aborted.Reason is null
            ? Row(task, TaskViewState.Submitted, ImmutableSortedDictionary<string, string>.Empty, null, "")
            : Row(task, TaskViewState.Aborted, ImmutableSortedDictionary<string, string>.Empty, null, aborted.Reason);
    }

    private TaskRow Row(int task, TaskViewState state, ImmutableSortedDictionary<string, string> keys, FailureCause? cause, string message)
    {
        var step = _steps.Last(step => task >= step.FirstTask);
        return new TaskRow(task, step.Step, step.Name, keys, state, cause, message, []);
    }

    private ImmutableArray<AttemptRow> Attempts(int task)
    {
        var query = _database.Prepare("""
            SELECT attempt, node, state, started_at, ended_at, cause, message, exit_code, signal, cpu_seconds, max_rss_bytes, output_bytes, memory_bytes,
              staging_in_seconds, saving_seconds
            FROM attempts WHERE job_id = ? AND task = ? ORDER BY attempt
            """).Bind(_job.Value).Bind(task);
        var attempts = ImmutableArray.CreateBuilder<AttemptRow>();
        while (query.Step())
        {
            attempts.Add(new AttemptRow(
                query.Int(0),
                query.Text(1),
                ViewText.State(query.Text(2)),
                query.Time(3),
                query.TimeOrNull(4),
                ViewText.Cause(query.TextOrNull(5)),
                query.TextOrNull(6) ?? "",
                query.IntOrNull(7),
                query.IntOrNull(8),
                query.DoubleOrNull(9),
                query.LongOrNull(10),
                query.LongOrNull(11))
            {
                MemoryBytes = query.Long(12),
                StagingInSeconds = query.DoubleOrNull(13),
                SavingSeconds = query.DoubleOrNull(14),
            });
        }

        return _hasFindings ? WithFindings(task, attempts.ToImmutable()) : attempts.ToImmutable();
    }

    private ImmutableArray<AttemptRow> WithFindings(int task, ImmutableArray<AttemptRow> attempts)
    {
        var findings = FindingQueries.Of(_database, _job, task);
        return [.. attempts.Select(attempt => attempt with { Findings = [.. findings[attempt.Number]] })];
    }
}
