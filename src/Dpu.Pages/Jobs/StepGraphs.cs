using Dpu.Client.Contracts;
using Dpu.Pages.Asking;
using Dpu.Pages.Parts;
using Dpu.Pages.Parts.Graphs;

namespace Dpu.Pages.Jobs;

/// <summary>A job's steps as graphs. Pure.</summary>
internal static class StepGraphs
{
    /// <summary>Which step waits for which, with how far each is.</summary>
    public static Graph Of(StepGraph job) => new(
        [.. job.Steps.Select(step => Node(job, step))],
        [.. job.Steps.SelectMany(step => step.Before.Select(before => new GraphEdge(IdOf(before), IdOf(step.Step), "reads what it makes")))]);

    /// <summary>The same with the files between the steps, by type.</summary>
    public static Graph WithFiles(StepGraph job)
    {
        var (nodes, edges) = (new List<GraphNode>(), new List<GraphEdge>());
        foreach (var step in job.Steps)
        {
            foreach (var input in step.Inputs)
            {
                nodes.Add(new GraphNode($"in-{step.Step}-{input.Type}", input.Type, $"{Numbers.Of(input.Files, "file")} of the catalog", "file") { Address = FilesOf(input.Type) });
                edges.Add(new GraphEdge($"in-{step.Step}-{input.Type}", IdOf(step.Step), "is read"));
            }

            nodes.Add(Node(job, step));
            foreach (var before in step.Before)
            {
                // A step that declares nothing hands on what it makes all the same.
                var types = job.Steps[before].Outputs;
                edges.AddRange(types.Count == 0
                    ? [new GraphEdge(IdOf(before), IdOf(step.Step), "reads what it makes")]
                    : types.Select(type => new GraphEdge($"out-{before}-{type}", IdOf(step.Step), "is read")));
            }

            foreach (var type in step.Outputs)
            {
                nodes.Add(new GraphNode($"out-{step.Step}-{type}", type, "made here", "file"));
                edges.Add(new GraphEdge(IdOf(step.Step), $"out-{step.Step}-{type}", "makes"));
            }
        }

        return new Graph(nodes, edges);
    }

    /// <summary>How a step is, as the word of a status.</summary>
    public static string StateOf(GraphStep step) =>
        step.Counts.E + step.Counts.U > 0 ? "failed"
        : step.Counts.A > 0 ? "cancelled"
        : step.Counts.N == step.Counts.Total ? "finished"
        : step.Running > 0 || step.Counts.N > 0 ? "running"
        : "file";

    private static GraphNode Node(StepGraph job, GraphStep step)
    {
        var over = step.Counts.N + step.Counts.E + step.Counts.A;
        var rest = step.Counts.E > 0 ? $", {Numbers.Text(step.Counts.E)} failed"
            : step.Counts.A > 0 ? $", {Numbers.Text(step.Counts.A)} never ran"
            : step.Running > 0 ? $", {Numbers.Text(step.Running)} run"
            : "";
        return new GraphNode(IdOf(step.Step), step.Name, $"{Numbers.Text(over)} of {Numbers.Text(step.Counts.Total)}{rest}", StateOf(step))
        {
            Address = new Query($"/jobs/{job.JobId}/tasks").With("step", step.Name).ToString(),
            Done = (double)over / Math.Max(1, step.Counts.Total),
        };
    }

    private static string FilesOf(string type) => new Query("/files").With("q", $"type={type}").ToString();

    private static string IdOf(int step) => $"step-{step}";
}
