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
        var (next, end) = Range(filter);
        var tasks = ImmutableArray.CreateBuilder<TaskRow>();

        // To a task without a row nothing happened, or it was aborted: it ran on no node, and nothing was its cause.
        var withoutRow = filter is { Node: null, Cause: null, State: null or TaskViewState.Submitted or TaskViewState.Aborted };
        var rows = Rows(filter with { State = withoutRow ? null : filter.State }, next, end);
        while (tasks.Count < filter.Limit && rows.Step())
        {
            var task = rows.Int(0);
            if (withoutRow)
            {
                AddWithoutRow(tasks, filter, next, task);
            }

            next = task + 1;
            if (tasks.Count < filter.Limit && (filter.State is null || ViewText.State(rows.Text(2)) == filter.State))
            {
                tasks.Add(Read(rows));
            }
        }

        rows.Reset();
        if (withoutRow)
        {
            AddWithoutRow(tasks, filter, next, end);
        }

        return [.. tasks.Select(task => task with { Attempts = Attempts(task.Task) })];
    }

    /// <summary>These tasks, by rising number; those that the job does not have are left out.</summary>
    public ImmutableArray<TaskRow> Run(IEnumerable<int> tasks) =>
        [.. tasks.Where(task => task >= 0 && task < _count).Select(Find).Select(task => task with { Attempts = Attempts(task.Task) })];

    private TaskRow Find(int task)
    {
        var row = _database.Prepare("SELECT task, keys, state, cause, message FROM tasks WHERE job_id = ? AND task = ?").Bind(_job.Value).Bind(task);
        var found = row.Step() ? Read(row) : WithoutRow(task);
        row.Reset();
        return found;
    }

    private (int First, int End) Range(TaskFilter filter)
    {
        var from = Math.Max(filter.From, 0);
        return filter.Step is null ? (from, _count)
            : _steps.FirstOrDefault(step => step.Name == filter.Step) is { } step ? (Math.Max(from, step.FirstTask), step.FirstTask + step.Counts.Total)
            : (from, from);
    }

    /// <summary>One text for each combination of filters; the state stands in it, since only so the index of tasks in trouble is used.</summary>
    private Statement Rows(TaskFilter filter, int first, int end)
    {
        var state = filter.State is { } wanted ? $" AND state = '{ViewText.Of(wanted)}'" : "";
        var cause = filter.Cause is { } why ? $" AND cause = '{ViewText.Of(why)}'" : "";
        var node = filter.Node is null ? "" : " AND task IN (SELECT task FROM attempts WHERE job_id = ? AND node = ?)";
        var rows = _database
            .Prepare($"SELECT task, keys, state, cause, message FROM tasks WHERE job_id = ? AND task >= ? AND task < ?{state}{cause}{node} ORDER BY task")
            .Bind(_job.Value).Bind(first).Bind(end);
        return filter.Node is null ? rows : rows.Bind(_job.Value).Bind(filter.Node);
    }

    private void AddWithoutRow(ImmutableArray<TaskRow>.Builder tasks, TaskFilter filter, int first, int end)
    {
        for (var task = first; task < end && tasks.Count < filter.Limit; task++)
        {
            var row = WithoutRow(task);
            if (filter.State is null || row.State == filter.State)
            {
                tasks.Add(row);
            }
        }
    }

    private TaskRow Read(Statement row) => Row(
        row.Int(0), ViewText.State(row.Text(2)), ViewText.Keys(row.TextOrNull(1)), ViewText.Cause(row.TextOrNull(3)), row.TextOrNull(4) ?? "");

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
