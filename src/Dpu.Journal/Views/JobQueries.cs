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
          fingerprint, submitted_at, started_at, ended_at, cancelled_by, held_by, held_because, after, waits_for, project, privileges, version, code_sha256 FROM jobs
        """;

    public static ImmutableArray<JobRow> List(Database database, JobFilter filter)
    {
        // One text for each combination of filters, so that each finds its index.
        var where = string.Concat(
            " WHERE job_id < ?",
            filter.User is null ? "" : " AND user = ?",
            filter.Status is null ? "" : " AND status = ?");
        var query = database.Prepare($"{Columns}{where} ORDER BY job_id DESC LIMIT ?").Bind(filter.Before?.Value ?? long.MaxValue);
        if (filter.User is { } user)
        {
            query.Bind(user);
        }

        if (filter.Status is { } status)
        {
            query.Bind(ViewText.Of(status));
        }

        query.Bind(filter.Limit);
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
    };
}
