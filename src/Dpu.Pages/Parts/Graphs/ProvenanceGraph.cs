using Dpu.Client.Contracts;

namespace Dpu.Pages.Parts.Graphs;

/// <summary>Histories of files as a graph.</summary>
internal static class ProvenanceGraph
{
    private const string Hidden = "(not visible)";
    private const string Derived = "wasDerivedFrom";

    /// <param name="histories">Of one file up and down, or of several; what they share is drawn once.</param>
    /// <param name="roots">What it is about: ids of files.</param>
    public static Graph Of(IReadOnlyCollection<Provenance> histories, params IReadOnlyCollection<string> roots)
    {
        var files = histories.SelectMany(history => history.Files.Append(history.File)).DistinctBy(file => file.Id).ToDictionary(file => file.Id, StringComparer.Ordinal);
        var attempts = histories.SelectMany(history => history.Processes ?? []).DistinctBy(attempt => attempt.Attempt).ToDictionary(attempt => attempt.Attempt, StringComparer.Ordinal);
        var edges = histories.SelectMany(history => history.Edges).Distinct().ToList();

        // What was made of a file by an attempt is seen already by the way through the attempt.
        var used = edges.Where(edge => edge.Relation != Derived).ToLookup(edge => edge.From, edge => edge.To, StringComparer.Ordinal);
        bool IsSeenAlready(ProvenanceEdge edge) => edge.Relation == Derived && used[edge.From].Any(attempt => used[attempt].Contains(edge.To));
        var shown = edges.Where(edge => !IsSeenAlready(edge)).Select(edge => new GraphEdge(End(edge.To, edge.From), edge.From, Words(edge.Relation))).ToList();

        var ids = roots.Concat(shown.SelectMany(edge => new[] { edge.From, edge.To })).Distinct(StringComparer.Ordinal);
        return new Graph([.. ids.Select(id => NodeOf(id, files, attempts) with { IsRoot = roots.Contains(id) })], [.. shown.Distinct()]);
    }

    /// <summary>What may be drawn as one box: files of a type, attempts at a step.</summary>
    public static Func<GraphNode, string?> KindsOf(IReadOnlyCollection<Provenance> histories)
    {
        var kinds = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var history in histories)
        {
            history.Files.ToList().ForEach(file => kinds[file.Id] = file.Type);
            history.Processes?.ToList().ForEach(attempt => kinds[attempt.Attempt] = attempt.Step);
        }

        return node => kinds.GetValueOrDefault(node.Id, node.Kind);
    }

    /// <summary>Each thing that came of something hidden has a hidden box of its own: one for all would join what does not belong together.</summary>
    private static string End(string id, string effect) => id == Hidden ? $"{Hidden} {effect}" : id;

    private static GraphNode NodeOf(string id, Dictionary<string, FileRecord> files, Dictionary<string, ProvenanceAttempt> attempts)
    {
        if (files.TryGetValue(id, out var file))
        {
            return new GraphNode(id, file.Name, file.Type, "file") { Address = $"/files/{Uri.EscapeDataString(file.Id)}" };
        }

        if (id.StartsWith(Hidden, StringComparison.Ordinal))
        {
            return new GraphNode(id, "not for your eyes", "somebody else's", "hidden");
        }

        return id.Split('/') is [var job, var task, _] && job.All(char.IsAsciiDigit) && task.All(char.IsAsciiDigit)
            ? new GraphNode(id, attempts.TryGetValue(id, out var attempt) ? attempt.Step : $"task {task}", $"job {job}, task {task}", "attempt") { Address = $"/jobs/{job}/tasks/{task}" }
            : new GraphNode(id, id, "named by a recipe", "words");
    }

    private static string Words(string relation) => relation switch
    {
        "used" => "was read by",
        "wasGeneratedBy" => "made",
        Derived => "became",
        _ => relation,
    };
}
