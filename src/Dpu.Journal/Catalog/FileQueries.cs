using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>Queries of <c>files</c> and <c>file_metadata</c>.</summary>
internal static class FileQueries
{
    private const string Columns =
        "f.id, f.name, f.path, f.size_bytes, f.sha256, f.type, f.committed, f.registered_at, f.job_id, f.task, f.attempt, f.step, f.main, f.owner, f.project, f.privileges, f.code_sha256";

    public static ImmutableArray<CatalogFile> Select(Database database, FileSelection selection, int limit)
    {
        var where = new List<string>();
        var sql = new FileQuerySql();
        if (!selection.Types.IsEmpty)
        {
            where.Add("f.type IN (SELECT value FROM json_each(?))");
            sql.Values.Add(ViewText.OfTags(selection.Types));
        }

        if (selection.CommittedOnly)
        {
            where.Add("f.committed = 1");
        }

        foreach (var condition in selection.Conditions)
        {
            where.Add(sql.OfMetadata(condition));
        }

        if (selection.Query is { } query)
        {
            where.Add(sql.Of(query));
        }

        return Run(database, where, sql.Values, Sight.Within(selection.Scope, "f"), limit);
    }

    public static ImmutableArray<CatalogFile> Query(Database database, FileQuery query, string? after, int limit, Caller? caller)
    {
        var sql = new FileQuerySql();
        var where = new List<string> { sql.Of(query) };
        if (after is not null)
        {
            where.Add("f.seq < (SELECT seq FROM files WHERE id = ?)");
            sql.Values.Add(after);
        }

        return Run(database, where, sql.Values, Sight.OfWhatIsMade(caller, "f", "owner"), limit);
    }

    public static CatalogFile? Get(Database database, string id)
    {
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.id = ?").Bind(id);
        return query.Step() ? Read(database, query) : null;
    }

    /// <summary>A file that was visible once; without its metadata.</summary>
    public static CatalogFile? GetWithdrawn(Database database, string id)
    {
        var query = database.Prepare("""
            SELECT id, name, path, size_bytes, sha256, type, committed, registered_at, w.job_id, task, attempt, NULL, 0, j.user, j.project, j.privileges, j.code_sha256
            FROM withdrawn_files w JOIN jobs j ON j.job_id = w.job_id WHERE id = ?
            """).Bind(id);
        return query.Step() ? Read(database, query) : null;
    }

    /// <summary>The file of this id, path or name; of several with that path or name the newest that is seen.</summary>
    public static CatalogFile? Find(Database database, string idOrPathOrName, Condition seen) =>
        Newest(database, "id", idOrPathOrName, seen)
        ?? Newest(database, "path", idOrPathOrName, seen)
        ?? Newest(database, "name", idOrPathOrName, seen);

    /// <summary>What a job made, by task; null when it did not make the file behind which it is to begin.</summary>
    public static ImmutableArray<ResultRow>? ResultsOf(Database database, JobId job, ResultFilter filter)
    {
        if (filter.After is not null && !IsOf(database, job, filter.After))
        {
            return null;
        }

        var task = filter.Task is null ? "" : " AND f.task = ?";
        var main = filter.MainOnly ? " AND f.main = 1" : "";
        var after = filter.After is null ? "" : " AND (f.task, f.seq) > (SELECT task, seq FROM files WHERE id = ?)";
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.job_id = ?{task}{main}{after} ORDER BY f.task, f.seq LIMIT ?").Bind(job.Value);
        query = filter.Task is { } number ? query.Bind(number) : query;
        query = filter.After is null ? query : query.Bind(filter.After);
        query = query.Bind(filter.Limit);
        var rows = ImmutableArray.CreateBuilder<ResultRow>();
        while (query.Step())
        {
            rows.Add(new ResultRow(Read(database, query), query.TextOrNull(11) ?? "", query.Bool(12)));
        }

        return rows.ToImmutable();
    }

    private static bool IsOf(Database database, JobId job, string id)
    {
        var query = database.Prepare("SELECT 1 FROM files WHERE id = ? AND job_id = ?").Bind(id).Bind(job.Value);
        var found = query.Step();
        query.Reset();
        return found;
    }

    private static CatalogFile? Newest(Database database, string column, string value, Condition seen)
    {
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.{column} = ? AND {seen.Sql} ORDER BY f.seq DESC LIMIT 1").Bind(value).Bind(seen);
        return query.Step() ? Read(database, query) : null;
    }

    private static ImmutableArray<CatalogFile> Run(Database database, List<string> where, List<object> values, Condition seen, int limit)
    {
        where.Add(seen.Sql);
        using var query = database.PrepareOnce($"SELECT {Columns} FROM files f WHERE {string.Join(" AND ", where)} ORDER BY f.seq DESC LIMIT ?");
        foreach (var value in values)
        {
            _ = value is double number ? query.Bind(number) : query.Bind((string)value);
        }

        query.Bind(seen).Bind(limit);
        var files = ImmutableArray.CreateBuilder<CatalogFile>();
        while (query.Step())
        {
            files.Add(Read(database, query));
        }

        return files.ToImmutable();
    }

    private static CatalogFile Read(Database database, Statement row) => new(
        row.Text(0),
        row.Text(1),
        row.Text(2),
        row.Long(3),
        row.Text(4),
        row.Text(5),
        Metadata(database, row.Text(0)),
        row.IsNull(8) ? null : new AttemptId(new JobId(row.Int(8)), row.Int(9), row.Int(10)),
        row.Bool(6),
        row.Time(7))
    {
        Owner = row.TextOrNull(13),
        Context = new WorkContext(row.Text(14), (Privileges)row.Int(15)),
        CodeSha256 = row.TextOrNull(16),
    };

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(Database database, string file)
    {
        var query = database.Prepare("SELECT key, text, number, truth FROM file_metadata WHERE file_id = ?").Bind(file);
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, MetadataValue>();
        while (query.Step())
        {
            metadata.Add(query.Text(0), (query.DoubleOrNull(2), query.LongOrNull(3)) switch
            {
                ({ } number, _) => MetadataValue.Of(number),
                (_, { } truth) => MetadataValue.Of(truth != 0),
                _ => MetadataValue.Of(query.Text(1)),
            });
        }

        query.Reset();
        return metadata.ToImmutable();
    }
}
