using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Catalog;

/// <summary>Follows the edges of <c>provenance</c> from one file, up or down, each edge once.</summary>
internal static class ProvenanceQuery
{
    // UNION drops what was reached already, so that shared ancestors are walked once and a circle in wrong data ends.
    private const string Up = """
        WITH RECURSIVE reached (node) AS (VALUES (?) UNION SELECT p.cause FROM reached r JOIN provenance p ON p.effect = r.node)
        SELECT p.effect, p.relation, p.cause FROM reached r JOIN provenance p ON p.effect = r.node
        """;

    private const string Down = """
        WITH RECURSIVE reached (node) AS (VALUES (?) UNION SELECT p.effect FROM reached r JOIN provenance p ON p.cause = r.node)
        SELECT p.effect, p.relation, p.cause FROM reached r JOIN provenance p ON p.cause = r.node
        """;

    public static Provenance? Run(Database database, string idOrPathOrName, ProvenanceDirection direction)
    {
        if (FileQueries.Find(database, idOrPathOrName) is not { } root)
        {
            return null;
        }

        var edges = WithDepths(Edges(database, root.Id, direction), root.Id, direction);
        var nodes = edges.SelectMany(static edge => new[] { edge.Effect, edge.Cause }).Prepend(root.Id).Distinct().ToArray();
        return new Provenance(
            root,
            edges,
            [.. nodes.Select(node => FileQueries.Get(database, node) ?? FileQueries.GetWithdrawn(database, node)).OfType<Dpu.Domain.Catalog.CatalogFile>()],
            [.. nodes.Select(node => Process(database, node)).OfType<ProvenanceProcess>()]);
    }

    private static List<ProvenanceEdge> Edges(Database database, string root, ProvenanceDirection direction)
    {
        var query = database.Prepare(direction == ProvenanceDirection.Up ? Up : Down).Bind(root);
        var edges = new List<ProvenanceEdge>();
        while (query.Step())
        {
            edges.Add(new ProvenanceEdge(query.Text(0), RelationText.Parse(query.Text(1)), query.Text(2), 0));
        }

        return edges;
    }

    private static ImmutableArray<ProvenanceEdge> WithDepths(List<ProvenanceEdge> edges, string root, ProvenanceDirection direction)
    {
        string Near(ProvenanceEdge edge) => direction == ProvenanceDirection.Up ? edge.Effect : edge.Cause;
        string Far(ProvenanceEdge edge) => direction == ProvenanceDirection.Up ? edge.Cause : edge.Effect;
        var from = edges.ToLookup(Near);
        var depths = new Dictionary<string, int>(StringComparer.Ordinal) { [root] = 0 };
        var next = new Queue<string>([root]);
        var ordered = ImmutableArray.CreateBuilder<ProvenanceEdge>(edges.Count);
        while (next.TryDequeue(out var node))
        {
            foreach (var edge in from[node])
            {
                ordered.Add(edge with { Depth = depths[node] + 1 });
                if (depths.TryAdd(Far(edge), depths[node] + 1))
                {
                    next.Enqueue(Far(edge));
                }
            }
        }

        return ordered.ToImmutable();
    }

    private static ProvenanceProcess? Process(Database database, string node)
    {
        if (!AttemptId.TryParse(node, out var attempt))
        {
            return null;
        }

        var query = database.Prepare("""
            SELECT s.name, a.node, a.started_at, a.ended_at
            FROM attempts a JOIN steps s ON s.job_id = a.job_id AND a.task >= s.first_task AND a.task < s.first_task + s.task_count
            WHERE a.job_id = ? AND a.task = ? AND a.attempt = ?
            """).Bind(attempt.Job.Value).Bind(attempt.Task).Bind(attempt.Number);
        return query.Step()
            ? new ProvenanceProcess(attempt, query.Text(0), query.Text(1), query.Time(2), query.TimeOrNull(3))
            : null;
    }
}
