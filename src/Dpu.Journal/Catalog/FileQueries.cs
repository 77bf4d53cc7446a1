using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>Queries of <c>files</c> and <c>file_metadata</c>.</summary>
internal static class FileQueries
{
    private const string Columns =
        "f.id, f.name, f.path, f.size_bytes, f.sha256, f.type, f.committed, f.registered_at, f.job_id, f.task, f.attempt, f.step, f.main";

    public static ImmutableArray<CatalogFile> Select(Database database, FileSelection selection, int limit)
    {
        var where = new List<string>();
        var values = new List<string>();
        if (!selection.Types.IsEmpty)
        {
            where.Add("f.type IN (SELECT value FROM json_each(?))");
            values.Add(ViewText.OfTags(selection.Types));
        }

        if (selection.CommittedOnly)
        {
            where.Add("f.committed = 1");
        }

        foreach (var condition in selection.Conditions)
        {
            AddMetadata(condition, where, values);
        }

        return Run(database, where, values, limit);
    }

    public static ImmutableArray<CatalogFile> Query(Database database, FileQuery query, int limit)
    {
        var where = new List<string>();
        var values = new List<string>();
        foreach (var condition in query.Conditions)
        {
            if (ColumnOf(condition.Key) is { } column)
            {
                where.Add($"{column} {Match(condition.Pattern, values)}");
            }
            else
            {
                AddMetadata(condition, where, values);
            }
        }

        foreach (var word in query.Words)
        {
            where.Add("(f.id = ? OR f.name GLOB ?)");
            values.Add(word);
            values.Add($"*{Glob(word)}*");
        }

        return Run(database, where, values, limit);
    }

    public static CatalogFile? Get(Database database, string id)
    {
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.id = ?").Bind(id);
        return query.Step() ? Read(database, query) : null;
    }

    public static CatalogFile? Find(Database database, string idOrPathOrName) =>
        Get(database, idOrPathOrName)
        ?? Newest(database, "path", idOrPathOrName)
        ?? Newest(database, "name", idOrPathOrName);

    public static ImmutableArray<ResultRow> ResultsOf(Database database, JobId job)
    {
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.job_id = ? ORDER BY f.task, f.seq").Bind(job.Value);
        var rows = ImmutableArray.CreateBuilder<ResultRow>();
        while (query.Step())
        {
            rows.Add(new ResultRow(Read(database, query), query.TextOrNull(11) ?? "", query.Bool(12)));
        }

        return rows.ToImmutable();
    }

    private static CatalogFile? Newest(Database database, string column, string value)
    {
        var query = database.Prepare($"SELECT {Columns} FROM files f WHERE f.{column} = ? ORDER BY f.seq DESC LIMIT 1").Bind(value);
        return query.Step() ? Read(database, query) : null;
    }

    private static ImmutableArray<CatalogFile> Run(Database database, List<string> where, List<string> values, int limit)
    {
        var condition = where.Count == 0 ? "" : $" WHERE {string.Join(" AND ", where)}";
        using var query = database.PrepareOnce($"SELECT {Columns} FROM files f{condition} ORDER BY f.seq DESC LIMIT ?");
        values.ForEach(value => query.Bind(value));
        query.Bind(limit);
        var files = ImmutableArray.CreateBuilder<CatalogFile>();
        while (query.Step())
        {
            files.Add(Read(database, query));
        }

        return files.ToImmutable();
    }

    private static void AddMetadata(FileCondition condition, List<string> where, List<string> values)
    {
        values.Add(condition.Key);
        where.Add($"EXISTS (SELECT 1 FROM file_metadata m WHERE m.file_id = f.id AND m.key = ? AND m.text {Match(condition.Pattern, values)})");
    }

    private static string Match(string pattern, List<string> values)
    {
        var wild = pattern.AsSpan().ContainsAny('?', '*');
        values.Add(wild ? Glob(pattern) : pattern);
        return wild ? "GLOB ?" : "= ?";
    }

    /// <summary>SQLite's GLOB knows brackets too; here they stand for themselves.</summary>
    private static string Glob(string pattern) => new StringBuilder(pattern).Replace("[", "[[]").ToString();

    private static string? ColumnOf(string key) => key switch
    {
        "type" => "f.type",
        "id" => "f.id",
        "name" => "f.name",
        "path" => "f.path",
        "step" => "f.step",
        "job" => "CAST(f.job_id AS TEXT)",
        "committed" => "CASE f.committed WHEN 1 THEN 'true' ELSE 'false' END",
        _ => null,
    };

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
        row.Time(7));

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
