using System.Collections.Immutable;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Queries of <c>audit</c>.</summary>
internal static class AuditQueries
{
    private const string Columns = "SELECT id, at, who, action, thing, owner, detail FROM audit";

    public static ImmutableArray<AuditLine> Read(Database database, AuditFilter filter)
    {
        if (filter.About is not { } about)
        {
            return Read(database, filter, null, null);
        }

        // What he did and what was done to his are found by an index each; an OR of both would sort all of them.
        return
        [
            .. Read(database, filter, "who", about).Concat(Read(database, filter, "owner", about))
                .DistinctBy(line => line.Id)
                .OrderByDescending(line => line.Id)
                .Take(filter.Limit),
        ];
    }

    private static ImmutableArray<AuditLine> Read(Database database, AuditFilter filter, string? column, string? name)
    {
        var where = string.Concat(
            " WHERE id < ?",
            column is null ? "" : $" AND {column} = ?",
            filter.Who is null ? "" : " AND who = ?",
            filter.Thing is null ? "" : " AND thing = ?");
        var query = database.Prepare($"{Columns}{where} ORDER BY id DESC LIMIT ?").Bind(filter.Before ?? long.MaxValue);
        foreach (var text in (string?[])[name, filter.Who, filter.Thing])
        {
            if (text is not null)
            {
                query.Bind(text);
            }
        }

        query.Bind(filter.Limit);
        var lines = ImmutableArray.CreateBuilder<AuditLine>();
        while (query.Step())
        {
            lines.Add(new AuditLine(query.Long(0), query.Time(1), query.Text(2), query.Text(3), query.Text(4), query.TextOrNull(5), query.Text(6)));
        }

        return lines.ToImmutable();
    }
}
