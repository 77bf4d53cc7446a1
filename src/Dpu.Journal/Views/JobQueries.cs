using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Queries of <c>jobs</c> and <c>steps</c>.</summary>
internal static class JobQueries
{
    private const string Columns = """
        SELECT job_id, sequence, user, status, normal, error, aborted, submitted, unknown, priority, tags, commits, estimated_seconds, idempotency_key,
          fingerprint, submitted_at, started_at, ended_at, cancelled_by, held_by, held_because, after, waits_for, project, privileges, version, code_sha256, notify FROM jobs
        """;

    /// <summary>Jobs by falling number.</summary>
    /// <param name="database">Where from.</param>
    /// <param name="filter">Which of them.</param>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    public static ImmutableArray<JobRow> List(Database database, JobFilter filter, Caller? caller) => Rows(caller switch
    {
        null or { Type: UserType.Operator } => Of(database, filter, ""),
        { Name: { } name } when filter.User == name => Of(database, filter, ""),
        { Name: { } name } when filter.User is null => ShownAndOwn(database, filter, name),
        _ => Of(database, filter, " AND privileges > 1"),
    });

    private static Statement Of(Database database, JobFilter filter, string condition)
    {
        // One text for each combination of filters, so that each finds its index. Left to itself SQLite would rather walk all jobs than those that are shown.
        var index = condition.Length > 0 && filter is { User: null, Status: null } ? " INDEXED BY jobs_shown" : "";
        var where = string.Concat(
            $"{index} WHERE job_id < ?{condition}",
            filter.User is null ? "" : " AND user = ?",
            filter.Status is null ? "" : " AND status = ?");
        return BindStatus(BindText(database.Prepare($"{Columns}{where} ORDER BY job_id DESC LIMIT ?").Bind(Before(filter)), filter.User), filter).Bind(filter.Limit);
    }

    /// <summary>The newest of what all see and the newest of what he alone sees, each by its index: however many jobs of others are hidden, none of them is read.</summary>
    private static Statement ShownAndOwn(Database database, JobFilter filter, string user)
    {
        var (index, status) = filter.Status is null ? ("INDEXED BY jobs_shown", "") : ("", " AND status = ?");
        var query = database.Prepare($"""
            {Columns} WHERE job_id IN (
              SELECT job_id FROM (SELECT job_id FROM jobs {index} WHERE privileges > 1 AND job_id < ?{status} ORDER BY job_id DESC LIMIT ?)
              UNION ALL
              SELECT job_id FROM (SELECT job_id FROM jobs INDEXED BY jobs_private WHERE privileges = 1 AND user = ? AND job_id < ?{status} ORDER BY job_id DESC LIMIT ?))
            ORDER BY job_id DESC LIMIT ?
            """);
        BindStatus(query.Bind(Before(filter)), filter).Bind(filter.Limit).Bind(user).Bind(Before(filter));
        return BindStatus(query, filter).Bind(filter.Limit).Bind(filter.Limit);
    }

    private static long Before(JobFilter filter) => filter.Before?.Value ?? long.MaxValue;

    private static Statement BindText(Statement query, string? text) => text is null ? query : query.Bind(text);

    private static Statement BindStatus(Statement query, JobFilter filter) => BindText(query, filter.Status is { } status ? ViewText.Of(status) : null);

    private static ImmutableArray<JobRow> Rows(Statement query)
    {
        var jobs = ImmutableArray.CreateBuilder<JobRow>();
        while (query.Step())
        {
            jobs.Add(Read(query));
        }

        return jobs.ToImmutable();
    }

    public static JobRow? Find(Database database, JobId job)
    {
        var query = database.Prepare($"{Columns} WHERE job_id = ?").Bind(job.Value);
        return query.Step() ? Read(query) : null;
    }

    /// <summary>At most so many that changed behind an event.</summary>
    public static ImmutableArray<JobRow> Changed(Database database, long ordering, int limit) =>
        Rows(database.Prepare($"{Columns} WHERE changed > ? ORDER BY changed LIMIT ?").Bind(ordering).Bind(limit));

    /// <summary>Those that have ended and changed behind an event.</summary>
    public static ImmutableArray<JobRow> Ended(Database database, long ordering) =>
        Rows(database.Prepare($"{Columns} WHERE changed > ? AND ended_at IS NOT NULL ORDER BY job_id").Bind(ordering));

    /// <summary>The last event that the tables hold.</summary>
    public static long Checkpoint(Database database)
    {
        var query = database.Prepare("SELECT ordering FROM projections WHERE name = 'views'");
        query.Step();
        var checkpoint = query.Long(0);
        query.Reset();
        return checkpoint;
    }

    public static JobRow? FindByKey(Database database, string user, string key)
    {
        var query = database.Prepare($"{Columns} WHERE idempotency_key = ? AND user = ? ORDER BY job_id LIMIT 1").Bind(key).Bind(user);
        return query.Step() ? Read(query) : null;
    }

    public static ImmutableHashSet<string> NamedCode(Database database)
    {
        var query = database.Prepare("""
            SELECT code_sha256 FROM jobs WHERE code_sha256 IS NOT NULL
            UNION SELECT code_sha256 FROM files WHERE code_sha256 IS NOT NULL
            """);
        var named = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        while (query.Step())
        {
            named.Add(query.Text(0));
        }

        query.Reset();
        return named.ToImmutable();
    }

    public static ImmutableArray<JobId> Unfinished(Database database)
    {
        var query = database.Prepare("SELECT job_id FROM jobs WHERE status IN ('QUEUED', 'RUNNING', 'HELD') ORDER BY job_id");
        var jobs = ImmutableArray.CreateBuilder<JobId>();
        while (query.Step())
        {
            jobs.Add(new JobId(query.Int(0)));
        }

        return jobs.ToImmutable();
    }

    public static JobId Last(Database database)
    {
        var query = database.Prepare("SELECT COALESCE(MAX(job_id), 0) FROM jobs");
        query.Step();
        return new JobId(query.Int(0));
    }

    public static ImmutableArray<StepRow> Steps(Database database, JobId job)
    {
        var query = database.Prepare("""
            SELECT step, name, recipe, first_task, normal, error, aborted, submitted, unknown, cpus, memory_bytes, wall_seconds
            FROM steps WHERE job_id = ? ORDER BY step
            """).Bind(job.Value);
        var steps = ImmutableArray.CreateBuilder<StepRow>();
        while (query.Step())
        {
            steps.Add(new StepRow(
                query.Int(0),
                query.Text(1),
                query.TextOrNull(2),
                query.Int(3),
                query.Counts(4),
                new Resources(query.Int(9), query.Long(10)),
                query.DoubleOrNull(11) is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        }

        return steps.ToImmutable();
    }

    private static JobRow Read(Statement row) => new(
        new JobId(row.Int(0)),
        row.Text(1),
        row.Text(2),
        ViewText.Status(row.Text(3)),
        row.Counts(4),
        row.Int(9),
        ViewText.Tags(row.Text(10)),
        row.Bool(11),
        row.Double(12),
        row.Text(13),
        row.Text(14),
        row.Time(15),
        row.TimeOrNull(16),
        row.TimeOrNull(17),
        row.TextOrNull(18))
    {
        HeldBy = row.TextOrNull(19),
        HeldBecause = row.TextOrNull(20),
        After = ViewText.Jobs(row.Text(21)),
        WaitsFor = ViewText.Jobs(row.Text(22)),
        Context = new WorkContext(row.Text(23), (Privileges)row.Int(24)),
        Version = row.TextOrNull(25),
        CodeSha256 = row.TextOrNull(26),
        Notify = ViewText.Ways(row.TextOrNull(27)),
    };
}
