using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>The jobs whose events come now. Their sums are written once a batch, not once an event.</summary>
internal sealed class JobContexts(Database database)
{
    private const int CachedMax = 256;

    private readonly Dictionary<int, JobContext> _known = [];

    public void Add(JobContext context) => _known[context.Job] = context;

    public JobContext Get(int job)
    {
        if (!_known.TryGetValue(job, out var context))
        {
            context = Load(job);
            _known.Add(job, context);
        }

        return context;
    }

    /// <summary>Writes the sums of all jobs that changed.</summary>
    public void Flush()
    {
        foreach (var context in _known.Values)
        {
            if (context.Dirty)
            {
                Write(context);
                TotalsProjection.Move(database, context.User, context.Counted, context.CountedNow);
                (context.Counted, context.Dirty) = (context.CountedNow, false);
            }
        }

        if (_known.Count > CachedMax)
        {
            _known.Clear();
        }
    }

    public void Forget() => _known.Clear();

    private void Write(JobContext context)
    {
        database.Prepare("""
            UPDATE jobs SET status = ?, started_at = ?, ended_at = ?, cancelled_by = ?, priority = ?, held_by = ?, held_because = ?, waits_for = ?,
              normal = ?, error = ?, aborted = ?, submitted = ?, unknown = ?, changed = ? WHERE job_id = ?
            """)
            .Bind(ViewText.Of(context.Status)).Bind(context.StartedAt).Bind(context.EndedAt).Bind(context.CancelledBy)
            .Bind(context.Priority).Bind(context.HeldBy).Bind(context.HeldBecause).Bind(ViewText.OfJobs(context.WaitsFor))
            .Bind(context.Counts).Bind(context.Changed).Bind(context.Job).Run();
        foreach (var step in context.Steps)
        {
            database.Prepare("UPDATE steps SET normal = ?, error = ?, aborted = ?, submitted = ?, unknown = ? WHERE job_id = ? AND step = ?")
                .Bind(step.Counts).Bind(context.Job).Bind(step.Index).Run();
        }
    }

    private JobContext Load(int job)
    {
        var query = database.Prepare("SELECT user, commits, started_at, ended_at, cancelled_by, priority, held_by, held_because, waits_for, project, privileges, code_sha256, submitted_at FROM jobs WHERE job_id = ?").Bind(job);
        if (!query.Step())
        {
            throw new InvalidOperationException($"Job {job} has events before it was submitted.");
        }

        var context = new JobContext(job, query.Text(0), query.Bool(1), LoadSteps(job))
        {
            Unknown = LoadTasks(job, "Unknown"),
            Held = LoadTasks(job, "Held"),
            StartedAt = query.TimeOrNull(2),
            EndedAt = query.TimeOrNull(3),
            CancelledBy = query.TextOrNull(4),
            Priority = query.Int(5),
            HeldBy = query.TextOrNull(6),
            HeldBecause = query.TextOrNull(7),
            WaitsFor = ViewText.Jobs(query.Text(8)),
            Work = new WorkContext(query.Text(9), (Privileges)query.Int(10)),
            CodeSha256 = query.TextOrNull(11),
            SubmittedAt = query.Time(12),
        };
        query.Reset();
        context.Counted = context.CountedNow;
        return context;
    }

    private StepContext[] LoadSteps(int job)
    {
        var query = database.Prepare("""
            SELECT step, name, recipe, first_task, task_count, memory_bytes, normal, error, aborted, submitted, unknown FROM steps WHERE job_id = ? ORDER BY step
            """).Bind(job);
        var steps = new List<StepContext>();
        while (query.Step())
        {
            steps.Add(new StepContext(query.Int(0), query.Text(1), query.TextOrNull(2), query.Int(3), query.Int(4), query.Long(5), query.Counts(6)));
        }

        query.Reset();
        return [.. steps];
    }

    /// <summary>The state stands in the text: only so the index of tasks in trouble is used.</summary>
    private HashSet<int> LoadTasks(int job, string state)
    {
        var query = database.Prepare($"SELECT task FROM tasks WHERE job_id = ? AND state = '{state}'").Bind(job);
        var tasks = new HashSet<int>();
        while (query.Step())
        {
            tasks.Add(query.Int(0));
        }

        query.Reset();
        return tasks;
    }
}
