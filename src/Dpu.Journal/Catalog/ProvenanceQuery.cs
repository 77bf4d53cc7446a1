using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>
/// Follows the edges of <c>provenance</c> from one file, up or down, nearest first and each edge once: shared ancestors are walked once, and a circle in
/// wrong data ends.
/// </summary>
/// <param name="database">Where from.</param>
/// <param name="direction">Which way.</param>
/// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
internal sealed class ProvenanceQuery(Database database, ProvenanceDirection direction, Caller? caller)
{
    private const string Causes = "SELECT relation, cause FROM provenance WHERE effect = ? ORDER BY relation, cause";
    private const string Effects = "SELECT relation, effect FROM provenance WHERE cause = ? ORDER BY relation, effect";

    private readonly Dictionary<JobId, bool> _jobs = [];
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);

    private bool _more;

    public Provenance? Run(string idOrPathOrName, int edgesMax = int.MaxValue)
    {
        if (FileQueries.Find(database, idOrPathOrName, Sight.OfWhatIsMade(caller, "f", "owner")) is not { } root)
        {
            return null;
        }

        _nodes.Add(root.Id, new Node(root, null, IsSeen: true));
        var edges = Walk(root.Id, edgesMax);
        var seen = _nodes.Values.Where(static node => node.IsSeen).ToList();
        return new Provenance(root, edges, [.. seen.Select(static node => node.File).OfType<CatalogFile>()], [.. seen.Select(static node => node.Process).OfType<ProvenanceProcess>()])
        {
            More = _more,
        };
    }

    private ImmutableArray<ProvenanceEdge> Walk(string root, int edgesMax)
    {
        var edges = ImmutableArray.CreateBuilder<ProvenanceEdge>();
        var next = new Queue<(string Id, int Depth)>([(root, 1)]);
        while (!_more && next.TryDequeue(out var near))
        {
            var hidden = new HashSet<ProvenanceRelation>();
            foreach (var (relation, far) in EdgesOf(near.Id))
            {
                var isNew = !_nodes.TryGetValue(far, out var node);
                if (isNew)
                {
                    _nodes.Add(far, node = Find(far));
                }

                if (node!.IsSeen && edges.Count == edgesMax)
                {
                    _more = true;
                    break;
                }

                if (node.IsSeen)
                {
                    edges.Add(Edge(near.Id, relation, far, near.Depth));
                    if (isNew)
                    {
                        next.Enqueue((far, near.Depth + 1));
                    }
                }
                else if (direction == ProvenanceDirection.Up && hidden.Add(relation))
                {
                    // Once, however many there are.
                    edges.Add(Edge(near.Id, relation, ProvenanceEdge.NotVisible, near.Depth));
                }
            }
        }

        return edges.ToImmutable();
    }

    private ProvenanceEdge Edge(string near, ProvenanceRelation relation, string far, int depth) => direction == ProvenanceDirection.Up
        ? new ProvenanceEdge(near, relation, far, depth)
        : new ProvenanceEdge(far, relation, near, depth);

    /// <summary>One by one: whoever has enough reads no more.</summary>
    private IEnumerable<(ProvenanceRelation Relation, string Far)> EdgesOf(string near)
    {
        var query = database.Prepare(direction == ProvenanceDirection.Up ? Causes : Effects).Bind(near);
        while (query.Step())
        {
            yield return (RelationText.Parse(query.Text(0)), query.Text(1));
        }
    }

    /// <summary>A file, an attempt, or words of a recipe that name neither, which belong to whoever said them.</summary>
    private Node Find(string id)
    {
        if ((FileQueries.Get(database, id) ?? FileQueries.GetWithdrawn(database, id)) is { } file)
        {
            return new Node(file, null, caller?.Sees(file.Owner, file.Context) != false);
        }

        return AttemptId.TryParse(id, out var attempt)
            ? new Node(null, Process(attempt), SeesInto(attempt.Job))
            : new Node(null, null, IsSeen: true);
    }

    private bool SeesInto(JobId job)
    {
        if (!_jobs.TryGetValue(job, out var sees))
        {
            sees = caller is null || JobQueries.Find(database, job) is not { } row || caller.Sees(row.User, row.Context);
            _jobs.Add(job, sees);
        }

        return sees;
    }

    private ProvenanceProcess? Process(AttemptId attempt)
    {
        var query = database.Prepare("""
            SELECT s.name, a.node, a.started_at, a.ended_at
            FROM attempts a JOIN steps s ON s.job_id = a.job_id AND a.task >= s.first_task AND a.task < s.first_task + s.task_count
            WHERE a.job_id = ? AND a.task = ? AND a.attempt = ?
            """).Bind(attempt.Job.Value).Bind(attempt.Task).Bind(attempt.Number);
        return query.Step()
            ? new ProvenanceProcess(attempt, query.Text(0), query.Text(1), query.Time(2), query.TimeOrNull(3))
            : null;
    }

    /// <summary>An end of an edge.</summary>
    private sealed record Node(CatalogFile? File, ProvenanceProcess? Process, bool IsSeen);
}
