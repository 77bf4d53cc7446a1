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
                context.Dirty = false;
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
            UPDATE jobs SET status = ?, started_at = ?, ended_at = ?, cancelled_by = ?,
              normal = ?, error = ?, aborted = ?, submitted = ?, unknown = ? WHERE job_id = ?
            """)
            .Bind(ViewText.Of(context.Status)).Bind(context.StartedAt).Bind(context.EndedAt).Bind(context.CancelledBy)
            .Bind(context.Counts).Bind(context.Job).Run();
        foreach (var step in context.Steps)
        {
            database.Prepare("UPDATE steps SET normal = ?, error = ?, aborted = ?, submitted = ?, unknown = ? WHERE job_id = ? AND step = ?")
                .Bind(step.Counts).Bind(context.Job).Bind(step.Index).Run();
        }
    }

    private JobContext Load(int job)
    {
        var query = database.Prepare("SELECT user, commits, started_at, ended_at, cancelled_by FROM jobs WHERE job_id = ?").Bind(job);
        if (!query.Step())
        {
            throw new InvalidOperationException($"Job {job} has events before it was submitted.");
        }

        var context = new JobContext(job, query.Text(0), query.Bool(1), LoadSteps(job))
        {
            Unknown = LoadUnknown(job),
            StartedAt = query.TimeOrNull(2),
            EndedAt = query.TimeOrNull(3),
            CancelledBy = query.TextOrNull(4),
        };
        query.Reset();
        return context;
    }

    private StepContext[] LoadSteps(int job)
    {
        var query = database.Prepare("""
            SELECT step, name, recipe, first_task, task_count, normal, error, aborted, submitted, unknown FROM steps WHERE job_id = ? ORDER BY step
            """).Bind(job);
        var steps = new List<StepContext>();
        while (query.Step())
        {
            steps.Add(new StepContext(query.Int(0), query.Text(1), query.TextOrNull(2), query.Int(3), query.Int(4), query.Counts(5)));
        }

        query.Reset();
        return [.. steps];
    }

    private HashSet<int> LoadUnknown(int job)
    {
        var query = database.Prepare("SELECT task FROM tasks WHERE job_id = ? AND state = 'Unknown'").Bind(job);
        var unknown = new HashSet<int>();
        while (query.Step())
        {
            unknown.Add(query.Int(0));
        }

        query.Reset();
        return unknown;
    }
}
